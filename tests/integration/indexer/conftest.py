"""A running part of the platform with an indexer, shared by this folder's tests."""

from collections.abc import Iterator

import pytest

from tests.door import Door, opened
from tests.indexed import SERVICES


@pytest.fixture(scope="package")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with opened(tmp_path_factory.mktemp("indexer") / "home", **SERVICES) as door:
        yield door
