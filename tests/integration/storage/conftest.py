"""One running data door for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.door import Client, Door, opened


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("door") / "home") as door:
        yield door


@pytest.fixture(scope="session")
def s3(door: Door) -> Client:
    """boto3 as the owner."""
    return door.client()


@pytest.fixture
def bucket(door: Door) -> str:
    """A repository of this test alone, which is public."""
    return door.bucket()
