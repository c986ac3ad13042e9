"""What tests of several folders share: one running data door."""

from collections.abc import Iterator
from functools import cache

import httpx
import pytest

from tests.door import Door, opened


@pytest.fixture(scope="session", autouse=True)
def roots_loaded_once() -> Iterator[None]:
    """Each client of httpx loads all trusted roots anew, and most tests make several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context)
        )
        yield


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
