"""Versions of keys without a door: what is counted, what a kill leaves, what a purge does not."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from obstore.store import MemoryStore

from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.local.blobs import LocalPublished
from services.storage.operations import collecting
from services.storage.operations.collecting import collect, remove_left_over
from services.storage.operations.counting import reconcile
from services.storage.operations.expiring import expire_versions
from services.storage.operations.objects import delete_object
from services.storage.operations.purging import purge_repository
from services.storage.operations.reading import open_version
from services.storage.operations.recovering import reindex
from services.storage.operations.removing import delete_earlier, delete_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.figures import find_figures
from services.storage.store.objects import find_object
from services.storage.store.versions import all_versions, trails_of, versions_of_key
from shared.contracts.repositories import Retention, Versioning
from shared.tables import Action
from tests.announced import announced
from tests.blob_writes import content_of, files_below
from tests.storage_room import ADA, FOLDER, opened_resources, published, put, told
from tests.storage_room import REPOSITORY as PLAIN

KEPT = PLAIN.model_copy(update={"versioning": Versioning.ENABLED})
SUSPENDED = PLAIN.model_copy(update={"versioning": Versioning.SUSPENDED})
UID = PLAIN.repository_uid
VERSIONS = "storage/.sc/noaa/globe-land-mask/versions"
KEYS = ["a", "hashed//a"]


@pytest.fixture(params=["local", "cloud"])
async def resources(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Resources]:
    """Files, or a bucket that is no further away than memory."""
    blobs = CloudBlobs(Bucket(MemoryStore()), lingers=0) if request.param == "cloud" else None
    async with opened_resources(home, blobs=blobs) as resources:
        yield resources


async def write(resources: Resources, key: str, content: bytes, where: Any = KEPT) -> str:
    """The id of what is new."""
    return (await put(resources, key, content, repository=where)).shown_version


async def seen(resources: Resources, key: str) -> list[bytes | None]:
    """What is in each version, the newest first; a marker has nothing."""
    record = await find_object(resources.outbox, UID, key)
    ids = [record.shown_version] if record is not None else []
    older = [one async for one in versions_of_key(resources.outbox, UID, key)]
    markers = {one.shown_version for one in older if one.is_marker}
    ids += [one.shown_version for one in older]
    return [None if one in markers else await content(resources, key, one) for one in ids]


async def content(resources: Resources, key: str, version_id: str) -> bytes:
    opened = await open_version(resources, KEPT, key, version_id)
    try:
        return await content_of(opened.blob)
    finally:
        opened.close()


@pytest.mark.parametrize("key", KEYS)
async def test_what_was_there_before_it_was_on_is_kept(resources: Resources, key: str) -> None:
    await write(resources, key, b"0", PLAIN)
    await write(resources, key, b"1")
    await delete_object(resources, KEPT, key, actor=ADA)
    assert await seen(resources, key) == [None, b"1", b"0"]
    await delete_version(resources, KEPT, key, "null", actor=ADA)
    assert await seen(resources, key) == [None, b"1"]


async def test_only_one_has_no_id(resources: Resources) -> None:
    await write(resources, "a", b"0", PLAIN)
    await write(resources, "a", b"1")
    await write(resources, "a", b"2", SUSPENDED)
    assert await seen(resources, "a") == [b"2", b"1"]
    await write(resources, "a", b"3", SUSPENDED)
    await write(resources, "a", b"4")
    await delete_object(resources, SUSPENDED, "a", actor=ADA)
    assert await seen(resources, "a") == [None, b"4", b"1"]


async def test_who_has_not_heard_of_it_yet_overwrites_nothing(resources: Resources) -> None:
    await write(resources, "a", b"1")
    await write(resources, "a", b"2", PLAIN)
    assert await seen(resources, "a") == [b"2", b"1"]


async def test_the_one_before_comes_back(resources: Resources) -> None:
    first = await write(resources, "a", b"1")
    second = await write(resources, "a", b"2")
    marker = (await delete_object(resources, KEPT, "a", actor=ADA)).version_id
    await delete_version(resources, KEPT, "a", marker, actor=ADA)
    assert await seen(resources, "a") == [b"2", b"1"]
    await delete_version(resources, KEPT, "a", second, actor=ADA)
    assert await seen(resources, "a") == [b"1"]
    events = await told(resources)
    assert [kind for kind, _, _ in events] == [
        *("object_created", "object_created", "object_deleted"),
        *("object_created", "object_created"),
    ]
    assert [version for _, _, version in events] == sorted({version for _, _, version in events})
    named = [one["data"]["object"]["version_id"] for one in await announced(resources.outbox)]
    assert named == [first, second, marker, second, first]


async def test_every_byte_that_is_kept_is_counted(resources: Resources) -> None:
    await write(resources, "a", b"12345", PLAIN)
    ids = [await write(resources, "a", b"x" * size) for size in (1, 10, 100)]
    await write(resources, "b", b"x" * 1000)
    await delete_object(resources, KEPT, "b", actor=ADA)
    await write(resources, "a", b"x" * 7, SUSPENDED)
    await delete_version(resources, KEPT, "a", ids[0], actor=ADA)
    await delete_version(resources, KEPT, "a", "null", actor=ADA)
    was, found = await reconcile(resources.outbox, KEPT)
    assert (was.objects, was.size) == (found.objects, found.size) == (1, 1110)


async def test_a_purge_leaves_nothing(resources: Resources, home: Path) -> None:
    for key in KEYS:
        await write(resources, key, b"1")
        await write(resources, key, b"2")
        await delete_object(resources, KEPT, key, actor=ADA)
    await published(resources)
    await purge_repository(resources, KEPT)
    await remove_left_over(resources)
    assert [one async for one in all_versions(resources.outbox, UID)] == []
    assert (await resources.outbox.table.query(trails_of(UID))).items == []
    assert not await resources.blobs.exists(folder_of(KEPT))
    assert not [one for one in files_below(home / "storage") if "noaa" in one]
    assert (await find_figures(resources.outbox, PLAIN.account_uid)).size == 0


async def test_bytes_of_versions_are_no_strays(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "OLD_SECONDS", -3600)
    await write(resources, "a", b"1")
    await write(resources, "a", b"2")
    if resources.blobs.lingers is not None:
        assert await collect(resources, KEPT) == 0
    assert await reindex(resources, KEPT) == 0
    assert await seen(resources, "a") == [b"2", b"1"]


class KilledError(BaseException):
    """As far as its process gets."""


Step = Callable[[Resources, str], Awaitable[Any]]


async def overwrite(resources: Resources, key: str) -> None:
    await write(resources, key, b"3")


async def delete(resources: Resources, key: str) -> None:
    await delete_object(resources, KEPT, key, actor=ADA)


async def delete_newest(resources: Resources, key: str) -> None:
    record = await find_object(resources.outbox, UID, key)
    versions = [one async for one in versions_of_key(resources.outbox, UID, key)]
    newest = record or versions[0]
    await delete_version(resources, KEPT, key, newest.shown_version, actor=ADA)


async def delete_oldest(resources: Resources, key: str) -> None:
    *_, oldest = [one async for one in versions_of_key(resources.outbox, UID, key)]
    await delete_version(resources, KEPT, key, oldest.shown_version, actor=ADA)


class Case(NamedTuple):
    """What is done to two versions, or to these and a marker, and what there is then."""

    step: Step
    is_deleted: bool
    after: list[bytes | None]


CASES = [
    Case(overwrite, False, [b"3", b"2", b"1"]),
    Case(overwrite, True, [b"3", None, b"2", b"1"]),
    Case(delete, False, [None, b"2", b"1"]),
    Case(delete_newest, False, [b"1"]),
    Case(delete_newest, True, [b"2", b"1"]),
    Case(delete_oldest, False, [b"2"]),
]


async def killed(
    resources: Resources, patch: pytest.MonkeyPatch, work: Awaitable[None], *, is_written: bool
) -> None:
    """The work, of a process that dies before or after its record is written."""
    outbox = resources.outbox

    async def die(*actions: Action) -> None:
        if is_written:
            await outbox.table.write(*actions)
        raise KilledError

    async def nothing(*_: object, **__: object) -> None:
        """The dead undo nothing."""

    patch.setattr(outbox, "commit", die)
    patch.setattr(LocalPublished, "undo", nothing)
    with pytest.raises(KilledError):
        await work
    patch.undo()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("is_written", [False, True])
@pytest.mark.parametrize("case", CASES)
async def test_a_kill_loses_nothing_and_doubles_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str, is_written: bool, case: Case
) -> None:
    async with opened_resources(home) as resources:
        await write(resources, key, b"1")
        await write(resources, key, b"2")
        if case.is_deleted:
            await delete(resources, key)
        before = await seen(resources, key)
        await killed(resources, monkeypatch, case.step(resources, key), is_written=is_written)
        await remove_left_over(resources)
        await reindex(resources, KEPT)
        await remove_left_over(resources)
        there = await seen(resources, key)
        # What nobody was told of may have happened as a whole.
        assert there == case.after or (there == before and not is_written)
        was, found = await reconcile(resources.outbox, KEPT)
        assert was.size == found.size == sum(map(len, filter(None, there)))
        kept = [one for one in there[1:] if one is not None]
        assert len(files_below(home / VERSIONS)) == len(kept)
        assert await reindex(resources, KEPT) == 0


async def test_a_file_removed_by_hand_is_a_deletion(home: Path) -> None:
    async with opened_resources(home) as resources:
        await write(resources, "a", b"1")
        await write(resources, "a", b"2")
        (home / FOLDER / "a").unlink()
        assert await reindex(resources, KEPT) == 1
        assert await seen(resources, "a") == [None, b"1"]


async def test_a_version_without_bytes_is_none(home: Path) -> None:
    async with opened_resources(home) as resources:
        await write(resources, "a", b"1")
        await write(resources, "a", b"2")
        (name,) = files_below(home / VERSIONS)
        (home / VERSIONS / name).unlink()
        assert await reindex(resources, KEPT) == 1
        assert await seen(resources, "a") == [b"2"]
        was, found = await reconcile(resources.outbox, KEPT)
        assert was.size == found.size == 1


async def test_what_somebody_writes_over_it_by_hand_is_a_new_version(home: Path) -> None:
    async with opened_resources(home) as resources:
        first = await write(resources, "a", b"1")
        (home / FOLDER / "new").write_bytes(b"by hand")
        (home / FOLDER / "new").rename(home / FOLDER / "a")
        assert await reindex(resources, KEPT) == 1
        record = await find_object(resources.outbox, UID, "a")
        assert record is not None
        assert record.version_id not in {"", first}
        assert await seen(resources, "a") == [b"by hand"]


DAY = 24 * 3600 * 1_000_000


async def test_earlier_versions_go_when_their_time_has_come(resources: Resources) -> None:
    rule = KEPT.model_copy(update={"retention": Retention(days=3, newest=1)})
    for content in (b"1", b"2", b"3"):
        await write(resources, "a", content)
    await write(resources, "b", b"1")
    await delete_object(resources, KEPT, "b", actor=ADA)
    now = time.time_ns() // 1000
    assert await expire_versions(resources, KEPT, now_us=now + 99 * DAY) == 0
    assert await expire_versions(resources, rule, now_us=now + 2 * DAY) == 0
    assert await expire_versions(resources, rule, now_us=now + 4 * DAY) == 1
    assert await seen(resources, "a") == [b"3", b"2"]
    assert await seen(resources, "b") == [None, b"1"]
    rule = KEPT.model_copy(update={"retention": Retention(days=3)})
    assert await expire_versions(resources, rule, now_us=now + 4 * DAY) == 3
    assert await seen(resources, "a") == [b"3"]
    assert await seen(resources, "b") == []
    assert await expire_versions(resources, rule, now_us=now + 4 * DAY) == 0
    assert (await resources.outbox.table.query(trails_of(UID))).items == []


async def test_what_is_the_object_by_now_does_not_expire(resources: Resources) -> None:
    await write(resources, "a", b"1")
    record = await find_object(resources.outbox, UID, "a")
    assert record is not None
    second = await write(resources, "a", b"2")
    await delete_version(resources, KEPT, "a", second, actor=ADA)
    await delete_earlier(resources, KEPT, record, actor=ADA)
    assert await seen(resources, "a") == [b"1"]
