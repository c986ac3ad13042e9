"""After a crash whole repositories are looked at anew; the living are left alone."""

import asyncio
from pathlib import Path

import pytest

from services.storage.models import DirtyMark
from services.storage.operations.multipart import PartAddress, create_upload, upload_part
from services.storage.operations.recovering import recover, reindex
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.marks import dirty_marks, mark_dirty
from services.storage.store.uploads import parts_after, remove_upload
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.identifiers import new_uid
from tests.blob_writes import files_below
from tests.storage_room import (
    FOLDER,
    REPOSITORY,
    Bytes,
    NewObject,
    opened_resources,
    put,
    read,
    told_kinds,
)


async def known(_: DirtyMark) -> Repository | None:
    return REPOSITORY


async def unknown(_: DirtyMark) -> Repository | None:
    return None


def mark(process: str) -> DirtyMark:
    return DirtyMark("noaa", "globe-land-mask", REPOSITORY.repository_uid, process, new_uid())


async def test_reindex_finds_all_differences(resources: Resources, home: Path) -> None:
    for key in ("kept", "edited", "removed", "deep/down/kept", "odd//key"):
        await put(resources, key, key.encode())
    folder = home / FOLDER
    (folder / "edited").write_bytes(b"by hand")
    (folder / "removed").unlink()
    (folder / "deep/new").write_bytes(b"new")
    assert await reindex(resources, REPOSITORY) == 3
    assert await reindex(resources, REPOSITORY) == 0
    contents = {"kept": b"kept", "edited": b"by hand", "deep/new": b"new", "odd//key": b"odd//key"}
    for key, content in contents.items():
        assert (await read(resources, key))[1] == content
    with pytest.raises(NotFound):
        await read(resources, "removed")


async def test_reindex_of_an_empty_repository(resources: Resources) -> None:
    assert await reindex(resources, REPOSITORY) == 0


async def test_reindex_beside_writers(resources: Resources) -> None:
    """Whoever writes meanwhile is neither undone nor told twice."""

    async def write() -> None:
        for number in range(60):
            await put(resources, f"{number % 7}/key", b"%d" % number)

    async def look() -> int:
        return sum([await reindex(resources, REPOSITORY) for _ in range(10)])

    _, mended = await asyncio.gather(write(), look())
    assert mended == 0
    assert await told_kinds(resources) == ["object_created"] * 60


async def test_only_what_the_dead_wrote_to_is_looked_at(resources: Resources, home: Path) -> None:
    await mark_dirty(resources.outbox, mark(resources.blobs.process))
    (home / FOLDER).mkdir(parents=True)
    (home / FOLDER / "left").write_bytes(b"left")
    await recover(resources, known)
    assert len(await dirty_marks(resources.outbox)) == 1
    assert await told_kinds(resources) == []

    await mark_dirty(resources.outbox, mark("01DEAD"))
    await recover(resources, unknown)
    assert len(await dirty_marks(resources.outbox)) == 2
    await recover(resources, known)
    left = {one.process for one in await dirty_marks(resources.outbox)}
    assert left == {resources.blobs.process}
    assert (await read(resources, "left"))[1] == b"left"


async def test_a_burst_is_marked_before_its_first_file(resources: Resources, home: Path) -> None:
    async with resources.bursts.writing(folder_of(REPOSITORY)):
        (one,) = await dirty_marks(resources.outbox)
        assert (one.repository_uid, one.process) == (
            REPOSITORY.repository_uid,
            resources.blobs.process,
        )
        await put(resources, "a", b"x")
        assert len(await dirty_marks(resources.outbox)) == 1
    async with opened_resources(home) as other:
        assert await other.blobs.is_alive(resources.blobs.process)
        await resources.bursts.stop()
        assert await dirty_marks(other.outbox) == []


async def test_parts_of_uploads_that_are_no_more_go(resources: Resources, home: Path) -> None:
    async def begun(key: str) -> PartAddress:
        new = NewObject(key, "", "")
        upload = await create_upload(resources, REPOSITORY, new, "CRC64NVME", "FULL_OBJECT")
        address = PartAddress(upload.upload_id, key, 1)
        await upload_part(resources, REPOSITORY, address, Bytes(b"part"))
        return address

    kept, aborted = await begun("kept"), await begun("aborted")
    await remove_upload(resources.outbox, aborted.upload_id)
    await recover(resources, known)
    (left,) = files_below(home / "storage/.sc/noaa/globe-land-mask/mpu")
    assert left.startswith(kept.upload_id)
    assert await parts_after(resources.outbox, aborted.upload_id, 0, limit=10) == ([], False)
