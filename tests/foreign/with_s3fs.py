"""Run in the foreign environment: s3fs, with parts of 5 MiB."""

from pathlib import Path

import s3fs  # type: ignore[import-not-found]

from tests.foreign.speaking import serve, setting

ROOT = f"{setting('COOP_ACCOUNT')}/{setting('COOP_REPOSITORY')}"
PART = 5 * 1024**2
system = s3fs.S3FileSystem(endpoint_url=setting("AWS_ENDPOINT_URL"))


def upload(path: str, key: str) -> None:
    with (
        Path(path).open("rb") as source,
        system.open(f"{ROOT}/{key}", "wb", block_size=PART) as target,
    ):
        while data := source.read(PART):
            target.write(data)


def download(key: str, path: str) -> None:
    system.get_file(f"{ROOT}/{key}", path)


def list_() -> list[str]:
    system.invalidate_cache()
    return [one.removeprefix(f"{ROOT}/") for one in system.find(ROOT)]


def range_(key: str, start: int, end: int, path: str) -> None:
    Path(path).write_bytes(system.cat_file(f"{ROOT}/{key}", start=start, end=end))


def copy(source: str, target: str) -> None:
    system.copy(f"{ROOT}/{source}", f"{ROOT}/{target}")


def delete(keys: list[str]) -> None:
    system.rm([f"{ROOT}/{key}" for key in keys])


def sync(folder: str, prefix: str) -> None:
    system.put(f"{folder}/", f"{ROOT}/{prefix}", recursive=True)


def own() -> None:
    """Folders that are none, and a file that is sought in."""
    system.pipe_file(f"{ROOT}/own/deep/a.csv", b"n\n1\n")
    assert system.cat_file(f"{ROOT}/own/deep/a.csv") == b"n\n1\n"
    assert system.ls(f"{ROOT}/own", refresh=True) == [f"{ROOT}/own/deep"]
    assert system.isdir(f"{ROOT}/own/deep")
    assert not system.exists(f"{ROOT}/own/none")
    with system.open(f"{ROOT}/own/deep/a.csv", "rb") as file:
        file.seek(-2, 2)
        assert file.read() == b"1\n"
    system.rm(f"{ROOT}/own", recursive=True)
    assert system.find(f"{ROOT}/own", refresh=True) == []


if __name__ == "__main__":
    serve(upload, download, list_, range_, copy, delete, sync, own)
