"""What tests of several folders share: one running data door."""

from collections.abc import Iterator

import pytest

from tests.door import Door, opened


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Two processes behind one port, so that every test is also one of them agreeing."""
    home = tmp_path_factory.mktemp("door") / "home"
    with opened(home, COOP_STORAGE__PROCESSES="2", COOP_STORAGE__PRIVATE_ISSUERS="true") as door:
        yield door


@pytest.fixture
def bucket(door: Door) -> str:
    """A repository of this test alone, which is public."""
    return door.bucket()
