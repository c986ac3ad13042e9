"""Run in the foreign environment: DuckDB with its extension for S3, which a wheel brings."""

# ruff: noqa: S608 -- DuckDB takes no parameters in COPY, and the names are our own

from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import duckdb  # type: ignore[import-not-found]

from tests.foreign.speaking import serve, setting

ROOT = f"s3://{setting('COOP_ACCOUNT')}/{setting('COOP_REPOSITORY')}"
EXTENSION = (
    files("duckdb_extension_httpfs")
    / "extensions"
    / f"v{duckdb.__version__}"
    / "httpfs.duckdb_extension"
)
database = duckdb.connect()
database.execute(f"LOAD '{EXTENSION}'")
database.execute(
    f"""CREATE SECRET (TYPE s3, KEY_ID '{setting("AWS_ACCESS_KEY_ID")}',
    SECRET '{setting("AWS_SECRET_ACCESS_KEY")}', REGION 'us-east-1', USE_SSL false,
    ENDPOINT '{urlsplit(setting("AWS_ENDPOINT_URL")).netloc}', URL_STYLE 'path')"""
)

# Divided by 10,000 it is the size of a part.
database.execute("SET s3_uploader_max_filesize = '50GB'")


def upload(path: str, key: str) -> None:
    database.execute(
        f"COPY (SELECT content FROM read_blob('{path}')) TO '{ROOT}/{key}' (FORMAT blob)"
    )


def download(key: str, path: str) -> None:
    (content,) = database.execute(f"SELECT content FROM read_blob('{ROOT}/{key}')").fetchone()
    Path(path).write_bytes(content)


def list_() -> list[str]:
    found = database.execute(f"SELECT file FROM glob('{ROOT}/**')").fetchall()
    return [name.removeprefix(f"{ROOT}/") for (name,) in found]


def own() -> None:
    """A table of which a few columns and rows are read, over several files."""
    for part in (0, 1):
        database.execute(
            f"COPY (SELECT range AS n, range::text AS name FROM range({part * 10**6},"
            f" {(part + 1) * 10**6})) TO '{ROOT}/own/part {part}.parquet'"
        )
    place = f"'{ROOT}/own/*.parquet'"
    assert database.execute(f"SELECT sum(n) FROM {place}").fetchone() == (1999999000000,)
    found = database.execute(f"SELECT name FROM {place} WHERE n = 1234567").fetchall()
    assert found == [("1234567",)]


if __name__ == "__main__":
    serve(upload, download, list_, own)
