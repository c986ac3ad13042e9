"""A full disk: a clear error, what was there stays, nothing half is left."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.storage.blobs.local import LocalBlobs, open_local
from services.storage.blobs.port import NoRoomError
from tests.blob_writes import FOLDER, get, put
from tests.full_disk import small_disk


@pytest.fixture
def small_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_file_over_the_limit(blobs: LocalBlobs, small_files: None) -> None:  # noqa: ARG001
    stored = await put(blobs, "key", b"old")
    with pytest.raises(NoRoomError):
        await put(blobs, "key", b"x" * 1_000_001, before=stored)
    assert await get(blobs, "key", stored) == b"old"


async def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "2m") as folder:
        blobs = await open_local(folder / "storage", fsync="always")
        stored = await put(blobs, "key", b"old")
        with pytest.raises(NoRoomError):
            await put(blobs, "key", b"x" * 3_000_000, before=stored)
        assert await get(blobs, "key", stored) == b"old"
        again = await put(blobs, "key", b"x" * 1_000_000, before=stored)
        assert len(await get(blobs, "key", again)) == 1_000_000
        assert [found.key async for batch in blobs.walk(FOLDER) for found in batch] == ["key"]
        await blobs.close()
