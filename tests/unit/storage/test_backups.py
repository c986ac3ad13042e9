"""Bytes and records to a backup and back, between files and buckets, while others write."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from services.storage.backups.cloud import CloudTarget
from services.storage.backups.target import Target
from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.local.blobs import LocalBlobs
from services.storage.blobs.port import Blobs
from services.storage.blobs.sealed import KeyFile, SealedBlobs, open_folder_blobs
from services.storage.blobs.sealed.ciphers import STORE_KEY_BYTES, StoreKey
from services.storage.operations.objects import delete_object
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources
from services.storage.operations.tagging import tag_object
from services.storage.store.figures import find_figures, fold
from shared.contracts.repositories import Repository, Versioning
from tests.backups import brought_back, everything, know, made, rot
from tests.blob_writes import ODD_KEYS
from tests.storage_room import ADA, NOAA, REPOSITORY, opened_resources, put, read, told_kinds

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})
UID = REPOSITORY.repository_uid


async def bytes_in(kind: str, home: Path) -> Blobs | None:
    """Files, or a bucket that is no further away than memory and keeps nothing for readers."""
    if kind == "sealed":
        folder, key_file = home / "bytes", home / "sealing-key"
        return await open_folder_blobs(folder, fsync="off", seals=True, wrapping=KeyFile(key_file))
    if kind == "sealed-cloud":
        plain, within = (CloudBlobs(Bucket(MemoryStore()), lingers=0) for _ in range(2))
        return SealedBlobs(plain, within, StoreKey(bytes(STORE_KEY_BYTES)), seals=True)
    return CloudBlobs(Bucket(MemoryStore()), lingers=0) if kind == "cloud" else None


@pytest.fixture(params=["local", "sealed", "cloud", "sealed-cloud"])
async def resources(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Resources]:
    async with opened_resources(home, blobs=await bytes_in(request.param, home)) as resources:
        yield resources


@pytest.fixture
def target() -> Target:
    return CloudTarget("memory://", Bucket(MemoryStore()))


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    return tmp_path / "new"


async def bytes_names(target: Target) -> list[str]:
    return [name async for page in target.pages("bytes") for name, _ in page]


@pytest.mark.parametrize("into", ["local", "sealed", "cloud"])
async def test_all_of_a_repository_comes_back(
    resources: Resources, home: Path, new_home: Path, target: Target, into: str
) -> None:
    await know(resources, KEPT)
    for key in ODD_KEYS:
        await put(resources, key, key.encode() * 100, repository=KEPT)
    await put(resources, "large", b"large " * 2_000_000, repository=KEPT)
    for key in ("a", "a//b", "gone", "a/b/c"):
        for content in (b"one", b"two", b""):
            await put(resources, key, content, repository=KEPT)
    for key in ("gone", "a/b/c"):
        await delete_object(resources, KEPT, key, actor=ADA)
    await tag_object(resources, KEPT, "a", {"colour": "blue"}, actor=ADA)
    before = await everything(resources, KEPT)
    figures = await fold(resources.outbox, UID)

    backup = await made(resources, home, target)
    assert backup.tally.missing == []

    blobs = await bytes_in(into, new_home)
    async with brought_back(backup, target, new_home, blobs) as (restored, tally):
        assert tally.missing == []
        assert await everything(restored, KEPT) == before
        now = await find_figures(restored.outbox, UID)
        assert (now.objects, now.size) == (figures.objects, figures.size)
        # It goes on as if nothing had been.
        await delete_object(restored, KEPT, "a", actor=ADA)
        await put(restored, "a/b/c", b"new", repository=KEPT)
        assert (await read(restored, "a/b/c", KEPT))[1] == b"new"


async def test_what_is_there_is_not_copied_again(
    resources: Resources, home: Path, target: Target
) -> None:
    await know(resources, REPOSITORY)
    for key, content in {"a": b"one", "b": b"two", "same as a": b"one"}.items():
        await put(resources, key, content)
    first = (await made(resources, home, target)).tally
    assert (first.objects, first.size, first.copied) == (3, 9, 2)

    await put(resources, "c", b"three")
    await tag_object(resources, REPOSITORY, "b", {"colour": "blue"}, actor=ADA)
    again = (await made(resources, home, target)).tally
    assert (again.objects, again.copied, again.copied_size) == (4, 1, 5)


@pytest.mark.parametrize("repository", [REPOSITORY, KEPT], ids=["plain", "versions"])
async def test_no_record_is_without_bytes_while_others_write(
    resources: Resources, home: Path, new_home: Path, target: Target, repository: Repository
) -> None:
    await know(resources, repository)
    ids = {}
    for key in ("changed", "deleted", "tagged", "went"):
        await put(resources, key, b"before " + key.encode(), repository=repository)
        record = await put(resources, key, b"then " + key.encode(), repository=repository)
        ids[key] = record.shown_version

    async def meanwhile() -> None:
        await put(resources, "changed", b"after", repository=repository)
        await put(resources, "new", b"too late", repository=repository)
        await tag_object(resources, repository, "tagged", {"colour": "blue"}, actor=ADA)
        await delete_object(resources, repository, "deleted", actor=ADA)
        await delete_version(resources, repository, "went", ids["went"], actor=ADA)

    then = await everything(resources, repository)
    backup = await made(resources, home, target, meanwhile=meanwhile)
    assert backup.tally.missing == []
    if repository is REPOSITORY and resources.blobs.lingers is None:
        # Bytes that files did not keep: what is known of their keys is as of now.
        now = await everything(resources, repository)
        changed = "changed", "null"
        then = {place: then[place] for place in then if place[0] == "tagged"}
        then[changed] = now[changed]

    async with brought_back(backup, target, new_home) as (restored, tally):
        assert tally.missing == []
        assert await everything(restored, repository) == then
        assert ("object_deleted" in await told_kinds(restored)) == (len(then) == 2)


async def test_a_key_that_is_written_all_the_while_is_as_it_was_at_some_moment(
    resources: Resources, home: Path, new_home: Path, target: Target
) -> None:
    await know(resources, REPOSITORY)
    sent = [b"%d" % number for number in range(1000)]
    for content in sent[:100]:
        await put(resources, "hot", content)

    async def write() -> None:
        for content in sent[100:]:
            await put(resources, "hot", content)

    writing = asyncio.create_task(write())
    backup = await made(resources, home, target, meanwhile=partial(asyncio.sleep, 0.1))
    assert not writing.done()
    writing.cancel()
    await asyncio.wait({writing})
    assert backup.tally.missing == []

    async with brought_back(backup, target, new_home) as (restored, _):
        assert (await read(restored, "hot"))[1] in sent


async def test_bytes_that_changed_in_the_backup_are_named_and_the_others_come_back(
    resources: Resources, home: Path, new_home: Path, target: Target
) -> None:
    await know(resources, KEPT, NOAA)
    numbers = count()
    for key, versions in {"whole": 1, "spoilt": 1, "lost": 1, "older": 2}.items():
        for _ in range(versions):
            await put(resources, key, b"%d of all" % next(numbers), repository=KEPT)
    backup = await made(resources, home, target)
    for number, content in ((1, b"1 of alk"), (4, b"4 of")):
        await spoil(target, number, content)
    await target.remove([await name_of(target, 2)])

    async with brought_back(backup, target, new_home) as (restored, tally):
        name = KEPT.full_name
        assert sorted(tally.missing) == [f"{name}/lost", f"{name}/older", f"{name}/spoilt"]
        found = await everything(restored, KEPT)
        assert {key: content for (key, _), (_, content) in found.items()} == {
            "whole": b"0 of all",
            "older": b"3 of all",
        }
        assert (await told_kinds(restored)).count("object_deleted") == 2
        for uid in (UID, NOAA.account_uid):
            assert (await find_figures(restored.outbox, uid)).size == 16


async def name_of(target: Target, number: int) -> str:
    """Where the bytes lie that begin with this number."""
    for name in await bytes_names(target):
        content = b"".join([bytes(piece) async for piece in target.get(name)])
        if content.startswith(b"%d" % number):
            return name
    raise AssertionError(number)


async def spoil(target: Target, number: int, content: bytes) -> None:
    """Other bytes in the place of these."""
    name = await name_of(target, number)

    async def once() -> AsyncIterator[bytes]:
        yield content

    await target.remove([name])
    await target.put(name, once(), len(content))


async def test_what_is_lost_in_a_bucket_is_named_and_all_else_is_copied(
    home: Path, target: Target
) -> None:
    store = MemoryStore()
    async with opened_resources(home, blobs=CloudBlobs(Bucket(store), lingers=0)) as resources:
        await know(resources, REPOSITORY)
        await put(resources, "a", b"one")
        (lost,) = {one["path"] for page in store.list() for one in page if one["size"] == 3}
        await put(resources, "b", b"two")
        store.delete(lost)
        backup = await made(resources, home, target)
    assert backup.tally.missing == [f"{REPOSITORY.full_name}/a"]
    assert len(await bytes_names(target)) == 1


async def test_a_version_that_cannot_be_kept_is_named(
    resources: Resources,
    home: Path,
    new_home: Path,
    target: Target,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await know(resources, KEPT)
    for content in (b"one", b"two"):
        await put(resources, "a", content, repository=KEPT)
    backup = await made(resources, home, target)

    async def gone(*_: object) -> None:
        """As where somebody took the bytes away."""

    monkeypatch.setattr(LocalBlobs, "keep", gone)
    async with brought_back(backup, target, new_home) as (restored, tally):
        assert tally.missing == [f"{KEPT.full_name}/a"]
        found = await everything(restored, KEPT)
        assert [content for _, content in found.values()] == [b"two"]


async def test_bytes_that_rotted_here_are_named_and_not_copied(home: Path, target: Target) -> None:
    async with opened_resources(home) as resources:
        await know(resources, REPOSITORY)
        await put(resources, "a", b"one")
        rot(home / "storage" / REPOSITORY.full_name / "a", b"onf")
        assert (await read(resources, "a"))[1] == b"onf"

        backup = await made(resources, home, target)

    assert backup.tally.missing == [f"{REPOSITORY.full_name}/a"]
    assert await bytes_names(target) == []


async def test_a_file_that_somebody_edited_is_kept_as_it_is_now(
    home: Path, new_home: Path, target: Target
) -> None:
    async with opened_resources(home) as resources:
        await know(resources, REPOSITORY)
        await put(resources, "a", b"one")
        (home / "storage" / REPOSITORY.full_name / "a").write_bytes(b"edited")
        backup = await made(resources, home, target)
    assert backup.tally.missing == []

    async with brought_back(backup, target, new_home) as (restored, _):
        assert (await read(restored, "a"))[1] == b"edited"
