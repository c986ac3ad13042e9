"""A door whose files have two mirrors: a folder, and a bucket of somebody else's S3 server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.door import Client, Door, opened
from tests.s3_server import S3Server


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the other mirror is."""
    return tmp_path_factory.mktemp("mirror")


@pytest.fixture(scope="package")
def door(
    tmp_path_factory: pytest.TempPathFactory, back_end: S3Server, folder: Path
) -> Iterator[Door]:
    """Two processes; the folder is asked first."""
    bucket = {"blobs": back_end.bucket(), "options": back_end.options}
    settings = {
        "COOP_STORAGE__MIRRORS": json.dumps({"folder": {"blobs": str(folder)}, "bucket": bucket}),
        "COOP_STORAGE__MIRROR_SECONDS": "0.1",
        "COOP_STORAGE__BLOBS_PATIENCE": "3",
        "COOP_STORAGE__PROCESSES": "2",
    }
    with opened(tmp_path_factory.mktemp("mirrored") / "home", **settings) as door:
        yield door


@pytest.fixture(scope="package")
def s3(door: Door) -> Client:
    """boto3 as the owner."""
    return door.client()
