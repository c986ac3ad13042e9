"""A door at which buckets are made and deleted, as suites of S3 want it."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.door import ACCOUNT, Client, Door, opened

SETTINGS = {
    "COOP_STORAGE__BUCKETS": "manage",
    "COOP_STORAGE__PROCESSES": "2",
    "COOP_REPOSITORIES__NAME_REST_DAYS": "0",
    "COOP_REPOSITORIES__UNDELETE_DAYS": "0",
}
_numbers = count(1)


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Two processes behind one port."""
    with opened(tmp_path_factory.mktemp("managed") / "home", **SETTINGS) as door:
        yield door


@pytest.fixture(scope="package")
def s3(door: Door) -> Client:
    """boto3 as the owner."""
    return door.client()


@pytest.fixture
def name() -> str:
    """Of a bucket that nobody has made yet."""
    return f"{ACCOUNT}--case-{next(_numbers)}"


@pytest.fixture
def bucket(s3: Client, name: str) -> str:
    """A bucket that was made by the request for it."""
    s3.create_bucket(Bucket=name)
    return name
