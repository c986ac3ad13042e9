"""Run in the foreign environment: python with_s3fs.py <account> <repository>."""

import os
import sys

import s3fs  # type: ignore[import-not-found]


def main(account: str, repository: str) -> None:
    """What people do with it; an AssertionError ends it."""
    system = s3fs.S3FileSystem(endpoint_url=os.environ["AWS_ENDPOINT_URL"])  # noqa: TID251 -- given
    root, body = f"{account}/{repository}", os.urandom(12 * 1024**2)
    with system.open(f"{root}/deep/a b.bin", "wb", block_size=5 * 1024**2) as file:
        file.write(body)
    system.pipe_file(f"{root}/small.csv", b"n\n1\n")
    assert system.cat_file(f"{root}/small.csv") == b"n\n1\n"
    assert sorted(system.ls(root, refresh=True)) == [f"{root}/deep", f"{root}/small.csv"]
    assert system.find(root) == [f"{root}/deep/a b.bin", f"{root}/small.csv"]
    assert system.info(f"{root}/deep/a b.bin")["size"] == len(body)
    assert system.isdir(f"{root}/deep")
    assert not system.exists(f"{root}/none")
    with system.open(f"{root}/deep/a b.bin", "rb") as file:
        file.seek(-1000, 2)
        assert file.read() == body[-1000:]
    system.copy(f"{root}/small.csv", f"{root}/copy.csv")
    system.rm(root + "/deep", recursive=True)
    system.rm([f"{root}/small.csv", f"{root}/copy.csv"])
    assert system.find(root, refresh=True) == []


if __name__ == "__main__":
    main(*sys.argv[1:])
