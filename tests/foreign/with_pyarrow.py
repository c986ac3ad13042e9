"""Run in the foreign environment: pyarrow, whose file system is Amazon's SDK for C++."""

from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from tests.foreign.speaking import serve, setting

ROOT = f"{setting('COOP_ACCOUNT')}/{setting('COOP_REPOSITORY')}"
system = fs.S3FileSystem(
    access_key=setting("AWS_ACCESS_KEY_ID"),
    secret_key=setting("AWS_SECRET_ACCESS_KEY"),
    endpoint_override=urlsplit(setting("AWS_ENDPOINT_URL")).netloc,
    scheme="http",
    region="us-east-1",
)


def upload(path: str, key: str) -> None:
    with system.open_output_stream(f"{ROOT}/{key}") as stream:
        stream.write(Path(path).read_bytes())


def download(key: str, path: str) -> None:
    with system.open_input_stream(f"{ROOT}/{key}") as stream:
        Path(path).write_bytes(stream.read())


def list_() -> list[str]:
    found = system.get_file_info(fs.FileSelector(ROOT, recursive=True))
    return [one.path.removeprefix(f"{ROOT}/") for one in found if one.type == fs.FileType.File]


def range_(key: str, start: int, end: int, path: str) -> None:
    with system.open_input_file(f"{ROOT}/{key}") as file:
        Path(path).write_bytes(file.read_at(end - start, start))


def copy(source: str, target: str) -> None:
    system.copy_file(f"{ROOT}/{source}", f"{ROOT}/{target}")


def delete(keys: list[str]) -> None:
    for key in keys:
        system.delete_file(f"{ROOT}/{key}")


def sync(folder: str, prefix: str) -> None:
    target = f"{ROOT}/{prefix.rstrip('/')}"
    fs.copy_files(
        folder, target, source_filesystem=fs.LocalFileSystem(), destination_filesystem=system
    )


def own() -> None:
    """Tables and sets of them, folders that are made and removed."""
    root = f"{ROOT}/own"
    table = pa.table({"n": list(range(100_000)), "name": [str(n) for n in range(100_000)]})
    system.create_dir(f"{root}/new dir")
    pq.write_table(table, f"{root}/new dir/numbers.parquet", filesystem=system)
    read = pq.read_table(f"{root}/new dir/numbers.parquet", filesystem=system, columns=["n"])
    assert read["n"].to_pylist() == list(range(100_000))
    pq.write_to_dataset(table.slice(0, 1000), f"{root}/set", filesystem=system)
    assert pq.read_table(f"{root}/set", filesystem=system).num_rows == 1000
    assert system.get_file_info(f"{root}/new dir").type == fs.FileType.Directory
    assert system.get_file_info(f"{root}/none").type == fs.FileType.NotFound
    system.delete_dir(root)
    assert system.get_file_info(fs.FileSelector(root, recursive=True, allow_not_found=True)) == []


if __name__ == "__main__":
    serve(upload, download, list_, range_, copy, delete, sync, own)
