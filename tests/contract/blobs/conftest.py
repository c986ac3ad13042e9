"""Every adapter of the blobs port, one after another."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.storage.blobs.cloud import open_cloud
from services.storage.blobs.local import open_local
from services.storage.blobs.port import Blobs
from services.storage.blobs.sealed import KeyFile, open_bucket_blobs, open_folder_blobs
from tests import s3_server
from tests.s3_server import S3Server

# The server may have to be built first.
IN_A_BUCKET = [
    pytest.param(name, marks=pytest.mark.timeout(s3_server.BUILD_SECONDS))
    for name in ("cloud", "sealed-cloud")
]


@pytest.fixture(scope="session")
def s3_server_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Somebody else's S3 server."""
    with s3_server.running(tmp_path_factory.mktemp("buckets")) as server:
        yield server


@pytest.fixture(params=["local", "local-without-sync", "sealed", *IN_A_BUCKET])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    opened: Blobs
    wrapping = KeyFile(tmp_path / "sealing-key")
    if request.param == "cloud":
        server: S3Server = request.getfixturevalue("s3_server_up")
        opened = await open_cloud(server.bucket(), server.options, patience_seconds=10)
    elif request.param == "sealed-cloud":
        server = request.getfixturevalue("s3_server_up")
        place = (server.bucket(), server.options)
        opened = await open_bucket_blobs(*place, patience_seconds=10, seals=True, wrapping=wrapping)
    elif request.param == "sealed":
        opened = await open_folder_blobs(
            tmp_path / "storage", fsync="always", seals=True, wrapping=wrapping
        )
    else:
        fsync = "off" if request.param == "local-without-sync" else "always"
        opened = await open_local(tmp_path / "storage", fsync=fsync)
    yield opened
    await opened.close()
