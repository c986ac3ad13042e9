"""Objects while bytes are sealed: keys that move from plain to sealed, and bytes that rot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from services.storage.backups.cloud import CloudTarget
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.port import Blobs, DamagedError
from services.storage.blobs.sealed import KeyFile, open_folder_blobs
from services.storage.blobs.sealed.blobs import SidePublished
from services.storage.operations.healing import heal_object
from services.storage.operations.recovering import reindex
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.objects import find_object
from tests.backups import know, made, rot
from tests.blob_writes import files_below, written
from tests.storage_room import FOLDER, REPOSITORY, opened_resources, put, read, told_kinds

SEALED = "storage/.sealed/noaa/globe-land-mask"
KEYS = ["a", "folder/a", "hashed//a"]


async def blobs_in(home: Path, *, seals: bool = True) -> Blobs:
    return await open_folder_blobs(
        home / "storage", fsync="off", seals=seals, wrapping=KeyFile(home / "sealing-key")
    )


@pytest.fixture
async def resources(home: Path) -> AsyncIterator[Resources]:
    async with opened_resources(home, blobs=await blobs_in(home)) as resources:
        yield resources


@pytest.fixture
async def older(home: Path) -> None:
    """Objects from before the setting."""
    async with opened_resources(home) as resources:
        for key in KEYS:
            await put(resources, key, b"older")


async def plain_is_gone(resources: Resources) -> bool:
    walked = [
        found.stored.place
        async for batch in resources.blobs.walk(folder_of(REPOSITORY))
        for found in batch
    ]
    assert len(walked) == len(KEYS)
    return all(place.startswith("sealed.") for place in walked)


@pytest.mark.usefixtures("older")
async def test_what_is_written_over_is_sealed(resources: Resources) -> None:
    for key in KEYS:
        assert (await read(resources, key))[1] == b"older"
        await put(resources, key, b"newer")
        assert (await read(resources, key))[1] == b"newer"
    assert await plain_is_gone(resources)
    assert await reindex(resources, REPOSITORY) == 0


@pytest.mark.usefixtures("older")
async def test_a_crash_after_the_record_leaves_nothing_plain(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def died(_: SidePublished) -> None:
        """Before it let go of anything."""

    with monkeypatch.context() as patch:
        patch.setattr(SidePublished, "settle", died)
        for key in KEYS:
            await put(resources, key, b"newer")
    assert await reindex(resources, REPOSITORY) == len(KEYS)
    assert await plain_is_gone(resources)
    assert [(await read(resources, key))[1] for key in KEYS] == [b"newer"] * len(KEYS)
    assert await told_kinds(resources) == ["object_created"] * 2 * len(KEYS)
    assert await reindex(resources, REPOSITORY) == 0


@pytest.mark.usefixtures("older")
async def test_a_crash_before_the_record_never_was(resources: Resources, home: Path) -> None:
    folder = folder_of(REPOSITORY)
    for key in KEYS:
        async with resources.blobs.drafting(folder, key) as draft:
            await written(draft, b"half done")
            await resources.blobs.publish(folder, key, draft, None)
    assert await reindex(resources, REPOSITORY) == len(KEYS)
    assert [(await read(resources, key))[1] for key in KEYS] == [b"older"] * len(KEYS)
    assert files_below(home / SEALED) == []
    assert await told_kinds(resources) == ["object_created"] * len(KEYS)


async def test_what_a_person_puts_there_is_found_beside_what_is_sealed(
    resources: Resources, home: Path
) -> None:
    first = await put(resources, "a", b"sealed")
    (home / FOLDER).mkdir(parents=True)
    (home / FOLDER / "a").write_bytes(b"by hand")
    assert await reindex(resources, REPOSITORY) == 1
    record, content = await read(resources, "a")
    assert content == b"by hand"
    assert record.version > first.version
    assert files_below(home / SEALED) == []
    assert await reindex(resources, REPOSITORY) == 0


async def test_rotten_bytes_are_given_to_nobody_and_stay(resources: Resources, home: Path) -> None:
    before = await put(resources, "a", b"x" * 1000)
    path = home / SEALED / "a"
    whole = path.read_bytes()
    for is_noticed, content in ((False, whole[:-1] + b"!"), (True, whole[:-1])):
        if is_noticed:
            path.write_bytes(content)
        else:
            rot(path, content)
        with pytest.raises(DamagedError):
            await read(resources, "a")
        assert not await heal_object(resources, REPOSITORY, "a")
        assert await find_object(resources.outbox, REPOSITORY.repository_uid, "a") == before
        assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"cut", b"y" * 1016 + b"rotten" * 20])
async def test_a_backup_tells_which_bytes_are_rotten(
    resources: Resources, home: Path, content: bytes
) -> None:
    await know(resources, REPOSITORY)
    await put(resources, "a", b"x" * 1000)
    await put(resources, "b", b"fine")
    (home / SEALED / "a").write_bytes(content)
    backup = await made(resources, home, CloudTarget("memory://", Bucket(MemoryStore())))
    assert backup.tally.missing == ["noaa/globe-land-mask/a"]
    assert backup.tally.copied == 1
