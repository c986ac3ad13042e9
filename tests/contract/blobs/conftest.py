"""Every adapter of the blobs port, one after another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.blobs.local import open_local
from services.storage.blobs.port import Blobs


@pytest.fixture(params=["local", "local-without-sync"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    fsync = "off" if request.param == "local-without-sync" else "always"
    opened = await open_local(tmp_path / "storage", fsync=fsync)
    yield opened
    await opened.close()
