"""Every place for backups, one after another; each test has an empty one."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.storage.backups.opening import open_target
from services.storage.backups.target import Target
from services.storage.settings import ServiceSettings, StorageSettings
from tests import s3_server
from tests.s3_server import S3Server

# The server may have to be built first.
IN_A_BUCKET = pytest.param("bucket", marks=pytest.mark.timeout(s3_server.BUILD_SECONDS))


@pytest.fixture(scope="session")
def s3_server_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Somebody else's S3 server."""
    with s3_server.running(tmp_path_factory.mktemp("buckets")) as server:
        yield server


@pytest.fixture(params=["folder", IN_A_BUCKET])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What an operator types."""
    if request.param == "folder":
        return str(tmp_path / "backups")
    server: S3Server = request.getfixturevalue("s3_server_up")
    return server.bucket()


@pytest.fixture
def settings(request: pytest.FixtureRequest, where: str, tmp_path: Path) -> ServiceSettings:
    """Of an installation that is not there."""
    options = {}
    if where.startswith("s3:"):
        server: S3Server = request.getfixturevalue("s3_server_up")
        options = server.options
    storage = StorageSettings.model_validate({"backup_options": options, "blobs_patience": 10})
    return ServiceSettings(home=tmp_path / "home", storage=storage)


@pytest.fixture
async def target(where: str, settings: ServiceSettings) -> AsyncIterator[Target]:
    async with open_target(where, settings, writes=True) as target:
        yield target
