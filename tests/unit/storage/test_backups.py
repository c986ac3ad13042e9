"""Bytes and records to a backup and back, between files and buckets, while others write."""

import os
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from obstore.store import MemoryStore

from services.storage.backups.cloud import CloudTarget
from services.storage.backups.target import Target
from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.port import Blobs
from services.storage.operations.objects import delete_object
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources
from services.storage.operations.tagging import tag_object
from services.storage.store.figures import find_figures, fold
from shared.contracts.repositories import Versioning
from tests.backups import brought_back, everything, know, made
from tests.blob_writes import ODD_KEYS
from tests.storage_room import ADA, REPOSITORY, opened_resources, put, read, told_kinds

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})
UID = REPOSITORY.repository_uid


def bytes_in(kind: str) -> Blobs | None:
    """Files, or a bucket that is no further away than memory and keeps nothing for readers."""
    return CloudBlobs(Bucket(MemoryStore()), lingers=0) if kind == "cloud" else None


@pytest.fixture(params=["local", "cloud"])
async def resources(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Resources]:
    async with opened_resources(home, blobs=bytes_in(request.param)) as resources:
        yield resources


@pytest.fixture
def target() -> Target:
    return CloudTarget("memory://", Bucket(MemoryStore()))


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    return tmp_path / "new"


async def bytes_names(target: Target) -> list[str]:
    return [name async for page in target.pages("bytes") for name, _ in page]


@pytest.mark.parametrize("into", ["local", "cloud"])
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

    async with brought_back(backup, target, new_home, bytes_in(into)) as (restored, tally):
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
    resources: Resources, home: Path, new_home: Path, target: Target, repository: Any
) -> None:
    await know(resources, repository)
    ids = {}
    for key in ("changed", "deleted", "tagged", "went", "came back"):
        await put(resources, key, b"before", repository=repository)
        ids[key] = (await put(resources, key, b"then", repository=repository)).shown_version

    async def meanwhile() -> None:
        await put(resources, "changed", b"after", repository=repository)
        await put(resources, "new", b"too late", repository=repository)
        await tag_object(resources, repository, "tagged", {"colour": "blue"}, actor=ADA)
        await delete_object(resources, repository, "deleted", actor=ADA)
        for key in ("went", "came back"):
            await delete_version(resources, repository, key, ids[key], actor=ADA)

    backup = await made(resources, home, target, meanwhile=meanwhile)
    assert backup.tally.missing == []
    now = await everything(resources, repository)

    async with brought_back(backup, target, new_home) as (restored, tally):
        assert tally.missing == []
        found = await everything(restored, repository)
        # Each key is as it was at some moment; whose bytes were gone is as it is now.
        assert {key for key, _ in found} <= {key for key, _ in now} | {"deleted"}
        if repository is REPOSITORY and resources.blobs.lingers is None:
            assert found["changed", "null"] == now["changed", "null"]
            assert ("deleted", "null") not in found
            assert "object_deleted" in await told_kinds(restored)


async def test_bytes_that_changed_in_the_backup_are_named_and_the_others_come_back(
    resources: Resources, home: Path, new_home: Path, target: Target
) -> None:
    await know(resources, KEPT)
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
        assert (await find_figures(restored.outbox, UID)).size == 16


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


async def test_bytes_that_rotted_here_are_named_and_not_copied(
    resources: Resources, home: Path, target: Target
) -> None:
    if resources.blobs.lingers is not None:
        pytest.skip("what lies in a bucket is looked after by its cloud")
    await know(resources, REPOSITORY)
    await put(resources, "a", b"one")
    record, _ = await read(resources, "a")
    path = home / "storage" / REPOSITORY.full_name / "a"
    moment = path.stat()
    path.write_bytes(b"onf")
    os.utime(path, ns=(moment.st_atime_ns, moment.st_mtime_ns))
    assert (await read(resources, "a")) == (record, b"onf")

    backup = await made(resources, home, target)
    assert backup.tally.missing == [f"{REPOSITORY.full_name}/a"]
    assert await bytes_names(target) == []
