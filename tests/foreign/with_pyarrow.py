"""Run beside the tests: python with_pyarrow.py <account> <repository> <host:port>."""

import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs


def main(account: str, repository: str, host: str) -> None:
    """What people do with it; an AssertionError ends it."""
    system = fs.S3FileSystem(
        access_key=os.environ["AWS_ACCESS_KEY_ID"],  # noqa: TID251 -- given
        secret_key=os.environ["AWS_SECRET_ACCESS_KEY"],  # noqa: TID251 -- given
        endpoint_override=host,
        scheme="http",
        region="us-east-1",
    )
    root = f"{account}/{repository}"
    table = pa.table({"n": list(range(100_000)), "name": [str(n) for n in range(100_000)]})
    system.create_dir(f"{root}/new dir")
    pq.write_table(table, f"{root}/new dir/numbers.parquet", filesystem=system)
    read = pq.read_table(f"{root}/new dir/numbers.parquet", filesystem=system, columns=["n"])
    assert read["n"].to_pylist() == list(range(100_000))
    pq.write_to_dataset(table.slice(0, 1000), f"{root}/set", filesystem=system)
    assert pq.read_table(f"{root}/set", filesystem=system).num_rows == 1000
    assert system.get_file_info(f"{root}/new dir").type == fs.FileType.Directory
    assert system.get_file_info(f"{root}/none").type == fs.FileType.NotFound
    found = system.get_file_info(fs.FileSelector(root, recursive=True))
    assert f"{root}/new dir/numbers.parquet" in {one.path for one in found}
    system.delete_dir(f"{root}/set")
    system.delete_dir(f"{root}/new dir")
    assert system.get_file_info(fs.FileSelector(root, recursive=True, allow_not_found=True)) == []


if __name__ == "__main__":
    main(*sys.argv[1:])
