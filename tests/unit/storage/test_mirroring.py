"""Mirrors follow what becomes of objects and versions, wherever they lie and whatever they lost."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.storage.blobs.local.blobs import LocalPublished
from services.storage.blobs.port import NoRoomError
from services.storage.models import Comparison, ObjectRecord
from services.storage.operations import mirroring
from services.storage.operations.carrying import fill
from services.storage.operations.keeping_mirrored import follow
from services.storage.operations.mirroring import copy_key
from services.storage.operations.objects import delete_object
from services.storage.operations.purging import purge_repository
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.store import copies, mirrors
from services.storage.store.copies import all_copies, waiting_changes
from services.storage.store.mirrors import (
    find_comparison,
    keep_comparison,
    take_mirror,
)
from services.storage.store.versions import versions_of_key
from shared.contracts.repositories import Repository, Versioning
from shared.errors import Unavailable
from shared.tables import ConditionFailed
from tests.backups import forgotten, know, rot
from tests.mirrored import (
    SECOND,
    followed,
    in_memory,
    in_mirror,
    keys_in_mirror,
    mirror_on,
)
from tests.scrubs import put_parts
from tests.storage_room import ADA, FOLDER, opened_resources, published, put
from tests.storage_room import REPOSITORY as PLAIN

KEPT = PLAIN.model_copy(update={"versioning": Versioning.ENABLED})
UID = PLAIN.repository_uid
KEYS = ["a", "hashed//a", "b/é"]


@pytest.fixture(params=["files to files", "files to a bucket", "a bucket to files"])
async def resources(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Resources]:
    """Storage with one mirror."""
    blobs = in_memory() if request.param == "a bucket to files" else None
    where = in_memory() if request.param == "files to a bucket" else tmp_path / "mirror"
    mirror = mirror_on(where)
    async with opened_resources(tmp_path, blobs=blobs, mirrors=(mirror,)) as resources:
        await know(resources, KEPT)
        yield resources
        await mirror.close()


async def test_what_is_written_is_copied(resources: Resources) -> None:
    for key in KEYS:
        await put(resources, key, key.encode() * 1000)
    await put(resources, "empty")
    await put_parts(resources, "parts", "CRC32", "COMPOSITE")
    await followed(resources)
    found = await in_mirror(resources, PLAIN)
    assert {key: found[key, "null"] for key in KEYS} == {key: key.encode() * 1000 for key in KEYS}
    assert found["empty", "null"] == b""
    assert found["parts", "null"].endswith(b"the end")


@pytest.mark.parametrize("key", KEYS[:2])
async def test_what_is_overwritten_or_deleted_goes(resources: Resources, key: str) -> None:
    await put(resources, key, b"one")
    await followed(resources)
    await put(resources, key, b"two")
    await put(resources, key, b"three")
    await followed(resources)
    assert await in_mirror(resources, PLAIN) == {(key, "null"): b"three"}
    assert await keys_in_mirror(resources, PLAIN) == [key]
    await delete_object(resources, PLAIN, key, actor=ADA)
    await followed(resources)
    assert await keys_in_mirror(resources, PLAIN) == []
    assert [one async for one in all_copies(resources.outbox, SECOND, UID)] == [[]]


@pytest.mark.parametrize("key", KEYS[:2])
@pytest.mark.parametrize("is_followed_closely", [True, False])
async def test_versions_are_copied_and_go(
    resources: Resources, key: str, *, is_followed_closely: bool
) -> None:
    async def step() -> None:
        if is_followed_closely:
            await followed(resources)

    first = (await put(resources, key, b"one", repository=KEPT)).shown_version
    await step()
    second = (await put(resources, key, b"two", repository=KEPT)).shown_version
    await step()
    await delete_object(resources, KEPT, key, actor=ADA)
    await step()
    third = (await put(resources, key, b"three", repository=KEPT)).shown_version
    await followed(resources)
    wanted = {(key, first): b"one", (key, second): b"two", (key, third): b"three"}
    assert await in_mirror(resources, KEPT) == wanted
    # The marker goes, then what was before it comes back.
    await delete_version(resources, KEPT, key, third, actor=ADA)
    await step()
    await _delete_marker(resources, key)
    await step()
    await delete_version(resources, KEPT, key, first, actor=ADA)
    await followed(resources)
    assert await in_mirror(resources, KEPT) == {(key, second): b"two"}
    await delete_version(resources, KEPT, key, second, actor=ADA)
    await followed(resources)
    assert await keys_in_mirror(resources, KEPT) == []


async def _delete_marker(resources: Resources, key: str) -> None:
    async for one in versions_of_key(resources.outbox, UID, key):
        if one.is_marker:
            await delete_version(resources, KEPT, key, one.shown_version, actor=ADA)


async def test_a_new_mirror_gets_all_that_there_is(tmp_path: Path) -> None:
    async with opened_resources(tmp_path) as resources:
        await know(resources, KEPT)
        for number in range(3):
            await put(resources, "a", b"%d" % number, repository=KEPT)
        await put(resources, "b", b"b", repository=KEPT)
    async with opened_resources(tmp_path, mirrors=(mirror_on(tmp_path / "m"),)) as resources:
        await followed(resources)
        assert sorted((await in_mirror(resources, KEPT)).values()) == [b"0", b"1", b"2", b"b"]
        comparison = await find_comparison(resources.outbox, SECOND)
        assert comparison.ended_ms >= comparison.began_ms > 0


async def compared(resources: Resources) -> None:
    """As after a day."""
    (mirror,) = resources.mirrors
    await take_mirror(resources.outbox, mirror.name, resources.blobs.process)
    process = resources.blobs.process
    await keep_comparison(resources.outbox, mirror.name, process, Comparison(began_ms=1))
    await followed(resources)


async def test_a_comparison_brings_what_was_lost_and_takes_what_is_unknown(
    tmp_path: Path,
) -> None:
    lost, mirror = tmp_path / "m" / FOLDER.removeprefix("storage/"), mirror_on(tmp_path / "m")
    async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
        await know(resources, PLAIN)
        for key in KEYS:
            await put(resources, key, key.encode())
        await followed(resources)
        (lost / "a").unlink()
        (lost / "stray").write_bytes(b"of a copy that died")
        await compared(resources)
        assert await keys_in_mirror(resources, PLAIN) == sorted(KEYS)
        assert (lost / "a").read_bytes() == b"a"


async def test_what_changed_while_there_was_no_mirror_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = mirror_on(tmp_path / "m")
    async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
        await know(resources, KEPT)
        for key in KEYS:
            await put(resources, key, b"old", repository=KEPT)
        await followed(resources)
    async with opened_resources(tmp_path) as resources:
        await put(resources, "a", b"new", repository=PLAIN)
        (version,) = [one async for one in _versions(resources, "a")]
        await delete_version(resources, KEPT, "a", version, actor=ADA)
        await delete_object(resources, PLAIN, "hashed//a", actor=ADA)
    async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
        # As after more than ten minutes.
        monkeypatch.setattr(mirrors, "ALONE_MS", -1)
        await followed(resources)
        found = await in_mirror(resources, KEPT)
        assert sorted(found.values()) == [b"new", b"old", b"old"]
        assert "hashed//a" not in await keys_in_mirror(resources, KEPT)


async def _versions(resources: Resources, key: str) -> AsyncIterator[str]:
    async for one in versions_of_key(resources.outbox, UID, key):
        yield one.shown_version


async def test_a_purged_repository_leaves_the_mirror(resources: Resources) -> None:
    for key in KEYS:
        await put(resources, key, b"x")
    await followed(resources)
    await published(resources)
    await purge_repository(resources, PLAIN)
    await followed(resources)
    assert await keys_in_mirror(resources, PLAIN) == []
    assert [one async for one in all_copies(resources.outbox, SECOND, UID)] == [[]]


async def test_what_was_purged_while_there_was_no_mirror_leaves_it_too(tmp_path: Path) -> None:
    mirror = mirror_on(tmp_path / "m")
    async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
        await know(resources, PLAIN)
        await put(resources, "a", b"x")
        await followed(resources)
        await published(resources)
    async with opened_resources(tmp_path) as resources:
        await purge_repository(resources, PLAIN)
        await forgotten(resources, PLAIN)
    async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
        await followed(resources)
        assert await keys_in_mirror(resources, PLAIN) == []
        assert [one async for one in all_copies(resources.outbox, SECOND, UID)] == [[]]


async def test_rot_is_not_copied_and_waits(tmp_path: Path) -> None:
    async with opened_resources(tmp_path, mirrors=(mirror_on(tmp_path / "m"),)) as resources:
        await know(resources, PLAIN)
        await put(resources, "a", b"one")
        await put(resources, "b", b"two")
        rot(tmp_path / FOLDER / "a", b"onf")
        (mirror,) = resources.mirrors
        await follow(resources, mirror)
        assert await keys_in_mirror(resources, PLAIN) == ["b"]
        (left,) = await waiting_changes(resources.outbox, SECOND)
        assert (left.key, left.tries > 0, left.due > left.since) == ("a", True, True)
        rot(tmp_path / FOLDER / "a", b"one")
        mirroring_ = await _mine(resources)
        await copy_key(mirroring_, folder_of(PLAIN), "a")
        assert await in_mirror(resources, PLAIN) == {("a", "null"): b"one", ("b", "null"): b"two"}


async def _mine(resources: Resources) -> mirroring.Mirroring:
    (mirror,) = resources.mirrors
    assert await take_mirror(resources.outbox, mirror.name, resources.blobs.process)
    return mirroring.Mirroring(resources, mirror, await mirror.reach())


async def test_what_has_no_room_holds_up_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(draft: Any, record: ObjectRecord, pieces: Any) -> Any:
        if record.key == "large":
            raise NoRoomError
        return await fill(draft, record, pieces)

    async with opened_resources(tmp_path, mirrors=(mirror_on(tmp_path / "m"),)) as resources:
        await know(resources, PLAIN)
        await put(resources, "old", b"x")
        await followed(resources)
        await put(resources, "large", b"x")
        await delete_object(resources, PLAIN, "old", actor=ADA)
        with monkeypatch.context() as patch:
            patch.setattr(mirroring, "fill", full)
            patch.setattr(copies, "PAGE", 1)
            await follow(resources, resources.mirrors[0])
        assert await keys_in_mirror(resources, PLAIN) == []
        (left,) = await waiting_changes(resources.outbox, SECOND)
        assert (left.key, left.tries) == ("large", 1)


async def test_one_process_at_a_time_copies(tmp_path: Path) -> None:
    mirror = mirror_on(tmp_path / "m")
    async with (
        opened_resources(tmp_path, mirrors=(mirror,)) as one,
        opened_resources(tmp_path, mirrors=(mirror,)) as two,
    ):
        await put(two, "a", b"a")
        mine = await _mine(one)
        assert not await follow(two, mirror)
        assert await take_mirror(one.outbox, SECOND, one.blobs.process)
        # It was stopped for so long that another took over: it writes no more.
        await mine.write()
        later = mirroring.Mirroring(two, mirror, mine.blobs)
        with pytest.raises(ConditionFailed):
            await copy_key(later, folder_of(PLAIN), "a")


@pytest.mark.parametrize("step", ["publish", "settle", "write"])
@pytest.mark.parametrize("key", KEYS[:2])
async def test_a_kill_at_any_step_is_made_up_for(
    resources: Resources, monkeypatch: pytest.MonkeyPatch, key: str, step: str
) -> None:
    await put(resources, key, b"one", repository=KEPT)
    await followed(resources)
    await put(resources, key, b"two", repository=KEPT)
    mine = await _mine(resources)
    with monkeypatch.context() as patch:
        _die_at(patch, mine, step)
        with pytest.raises(DeathError):
            await copy_key(mine, folder_of(KEPT), key)
    await followed(resources)
    await compared(resources)
    assert sorted((await in_mirror(resources, KEPT)).values()) == [b"one", b"two"]
    wanted = [key] if is_of_files(mine.blobs) else [key, key]
    assert await keys_in_mirror(resources, KEPT) == wanted


class DeathError(Exception):
    """The process was killed here."""


def is_of_files(blobs: Any) -> bool:
    """Whether a key has one place there."""
    return blobs.lingers is None


def _die_at(patch: pytest.MonkeyPatch, mine: mirroring.Mirroring, step: str) -> None:
    async def dies(*_: object, **__: object) -> None:
        raise DeathError

    if step == "write":
        patch.setattr(mirroring.Mirroring, "write", dies)
    elif step == "publish":
        patch.setattr(type(mine.blobs), "publish", dies)
    elif is_of_files(mine.blobs):
        patch.setattr(LocalPublished, "settle", dies)
    else:
        patch.setattr("services.storage.blobs.cloud.blobs.CloudPublished.settle", dies)


async def test_while_a_mirror_is_away_what_it_lacks_waits(tmp_path: Path) -> None:
    is_away = True
    there = mirror_on(tmp_path / "m")

    async def opening() -> Any:
        if is_away:
            raise Unavailable("It is away.")
        return await there.opening()

    mirror = type(there)(SECOND, opening)
    async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
        await put(resources, "a", b"a")
        with pytest.raises(Unavailable):
            await follow(resources, mirror)
        assert len(await waiting_changes(resources.outbox, SECOND)) == 1
        is_away = False
        await followed(resources)
        assert await in_mirror(resources, PLAIN) == {("a", "null"): b"a"}


async def test_a_connected_repository_is_nobody_s_to_copy(tmp_path: Path) -> None:
    connected: Repository = PLAIN.model_copy(update={"connection_uid": "01CONNECTION"})
    async with opened_resources(tmp_path, mirrors=(mirror_on(tmp_path / "m"),)) as resources:
        assert resources.to_copy(connected, "a") == []
        assert len(resources.to_copy(PLAIN, "a")) == 1


OTHER = PLAIN.model_copy(
    update={"repository_uid": "01OTHER", "repository_id": "other", "account_id": "nasa"}
)


@pytest.mark.parametrize("only", ["noaa", "noaa/globe-land-mask"])
async def test_a_mirror_of_some_has_nothing_of_others(tmp_path: Path, only: str) -> None:
    async with opened_resources(tmp_path, mirrors=(mirror_on(tmp_path / "m", only),)) as resources:
        await know(resources, PLAIN, OTHER)
        for one in (PLAIN, OTHER):
            await put(resources, "a", b"a", repository=one)
        await followed(resources)
        assert await keys_in_mirror(resources, PLAIN) == ["a"]
        assert await keys_in_mirror(resources, OTHER) == []


async def test_other_names_are_other_copies(tmp_path: Path) -> None:
    for names in (("noaa",), (), ("nasa/other", "elsewhere")):
        mirror = mirror_on(tmp_path / "m", *names)
        async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
            await know(resources, PLAIN, OTHER)
            for one in (PLAIN, OTHER) if names == ("noaa",) else ():
                await put(resources, "a", b"a", repository=one)
            await followed(resources)
            found = [len(await keys_in_mirror(resources, one)) for one in (PLAIN, OTHER)]
            taken = [int(mirror.takes(one)) for one in (PLAIN, OTHER)]
            assert (found, sum(taken) > 0) == (taken, True)
