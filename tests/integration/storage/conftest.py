"""The running data doors of this folder's tests, and somebody else's S3 server beside them."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests import s3_server
from tests.door import Client, Door, opened
from tests.full_disk import small_disk
from tests.s3_server import S3Server


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See s3_server.leave_time_to_build."""
    s3_server.leave_time_to_build(items, "back_end")


@pytest.fixture(scope="package")
def back_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Where buckets are; each test makes its own."""
    with s3_server.running(tmp_path_factory.mktemp("buckets")) as server:
        yield server


@pytest.fixture(scope="package")
def s3(door: Door) -> Client:
    """boto3 as the owner."""
    return door.client()


@pytest.fixture(scope="package")
def strained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A disk of 24 MiB (where we may mount one), and no patience with a silent accounts."""
    home = tmp_path_factory.mktemp("strained") / "home"
    settings = {"COOP_STORAGE__STALE_AFTER": "3", "COOP_ACCOUNTS__HEARTBEAT_SECONDS": "0.3"}
    with ExitStack() as stack:
        with suppress(pytest.skip.Exception):
            stack.enter_context(small_disk(home / "storage", "24m"))
        yield stack.enter_context(opened(home, **settings))
