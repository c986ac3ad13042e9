"""A door, and beside it an S3 server whose buckets are its accounts' own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import s3_server
from tests.connected import Theirs, new_bucket
from tests.door import Client, Door, opened
from tests.indexed import SERVICES
from tests.s3_server import S3Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See s3_server.leave_time_to_build."""
    s3_server.leave_time_to_build(items, Path(__file__).parent)


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Where their buckets are."""
    with s3_server.running(tmp_path_factory.mktemp("theirs")) as server:
        yield server


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One that may look for buckets in this machine, and an indexer behind it."""
    home = tmp_path_factory.mktemp("connected") / "home"
    with opened(home, COOP_STORAGE__PRIVATE_CONNECTIONS="true", **SERVICES) as door:
        yield door


@pytest.fixture(scope="package")
def s3(door: Door) -> Client:
    """boto3 as the owner."""
    return door.client()


@pytest.fixture
def theirs(door: Door, server: S3Server) -> Iterator[Theirs]:
    """A bucket of river-lab's."""
    theirs = new_bucket(door, server)
    yield theirs
    theirs.client.close()
