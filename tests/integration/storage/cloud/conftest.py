"""A door whose bytes are in a bucket of somebody else's S3 server."""

import json
from collections.abc import Iterator

import pytest

from tests.door import Client, Door, opened
from tests.s3_server import S3Server


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory, back_end: S3Server) -> Iterator[Door]:
    """Two processes behind one port, with one table and one bucket between them."""
    settings = {
        "COOP_STORAGE__BLOBS": back_end.bucket(),
        "COOP_STORAGE__BLOBS_OPTIONS": json.dumps(back_end.options),
        "COOP_STORAGE__BLOBS_PATIENCE": "3",
        "COOP_STORAGE__PROCESSES": "2",
    }
    with opened(tmp_path_factory.mktemp("cloud") / "home", **settings) as door:
        door.bucket_folder = back_end.folder
        yield door


@pytest.fixture(scope="package")
def s3(door: Door) -> Client:
    """boto3 as the owner."""
    return door.client()
