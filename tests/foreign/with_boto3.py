"""Run in the foreign environment: boto3, with transfers in parts of 5 MiB."""

from pathlib import Path

import boto3  # type: ignore[import-untyped]
from boto3.s3.transfer import TransferConfig  # type: ignore[import-untyped]

from tests.foreign.speaking import serve, setting

MIB = 1024**2
BUCKET = setting("COOP_ACCOUNT")
ROOT = setting("COOP_REPOSITORY") + "/"
CONFIG = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
client = boto3.client("s3")


def upload(path: str, key: str) -> None:
    client.upload_file(path, BUCKET, ROOT + key, Config=CONFIG)


def download(key: str, path: str) -> None:
    client.download_file(BUCKET, ROOT + key, path, Config=CONFIG)


def list_() -> list[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=ROOT)
    return [entry["Key"].removeprefix(ROOT) for page in pages for entry in page["Contents"]]


def range_(key: str, start: int, end: int, path: str) -> None:
    answer = client.get_object(Bucket=BUCKET, Key=ROOT + key, Range=f"bytes={start}-{end - 1}")
    Path(path).write_bytes(answer["Body"].read())


def copy(source: str, target: str) -> None:
    place = {"Bucket": BUCKET, "Key": ROOT + source}
    client.copy(place, BUCKET, ROOT + target, Config=CONFIG)


def delete(keys: list[str]) -> None:
    objects = [{"Key": ROOT + key} for key in keys]
    answer = client.delete_objects(Bucket=BUCKET, Delete={"Objects": objects})
    assert not answer.get("Errors"), answer


if __name__ == "__main__":
    serve(upload, download, list_, range_, copy, delete)
