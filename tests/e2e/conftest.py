"""One whole platform with its sample for all tests of this folder."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chaos.writers import s3_client
from tests.embedded import Embedded, running
from tests.visitor import Visitor, visiting

Ready = dict[str, Any]


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    with running(tmp_path_factory.mktemp("platform") / "home") as platform:
        yield platform


@pytest.fixture
def ready(platform: Embedded) -> Ready:
    """What ready.json says."""
    return platform.ready


@pytest.fixture
def s3(ready: Ready) -> Iterator[Any]:
    """boto3 as `demo`."""
    client = s3_client(ready)
    yield client
    client.close()


@pytest.fixture
def visitor(ready: Ready) -> Iterator[Visitor]:
    """Somebody without JavaScript who is not signed in."""
    with visiting(ready["web"]) as visitor:
        yield visitor
