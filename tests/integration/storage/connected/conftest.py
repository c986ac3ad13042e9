"""A door, and beside it an S3 server whose buckets are its accounts' own."""

from collections.abc import Iterator

import pytest

from tests.connected import Theirs, new_bucket
from tests.door import Client, Door, opened
from tests.indexed import SERVICES
from tests.s3_server import S3Server


@pytest.fixture(scope="package")
def server(back_end: S3Server) -> S3Server:
    """Where their buckets are."""
    return back_end


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
