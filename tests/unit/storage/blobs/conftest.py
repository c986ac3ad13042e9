"""A storage folder on the local disk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.blobs.local import LocalBlobs, open_local


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
async def blobs(home: Path) -> AsyncIterator[LocalBlobs]:
    opened = await open_local(home, fsync="always")
    yield opened
    await opened.close()
