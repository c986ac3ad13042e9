"""Repositories whose bytes are in their owner's bucket: what looks after ours leaves them alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.storage.backups.folder import open_folder
from services.storage.blobs.connected import Bucket, Far, Reach
from services.storage.models import Relisting
from services.storage.operations import connections
from services.storage.operations.connections import HELD_OPEN, Connections, far_of
from services.storage.operations.purging import purge_repository
from services.storage.operations.recovering import reindex
from services.storage.operations.relisting import TooManyError, relist
from services.storage.operations.resources import Resources
from services.storage.store import relistings
from services.storage.store.objects import find_object
from shared.errors import Forbidden, Unavailable
from tests.backups import brought_back, know, made
from tests.scrubs import found
from tests.shown import CONNECTION, SHOWN, UID, Connected, Fixed, far, listed, there
from tests.storage_room import published, told


async def test_what_is_new_changed_or_gone_is_told(resources: Resources) -> None:
    await listed(resources, far("b"), far("a"), far("c"))
    resources, seen = await listed(resources, far("c", "e2", 9), far("a"), far("d"))
    assert await there(resources) == ["a", "c", "d"]
    assert seen.objects == 3
    events = [(kind, key) for kind, key, _ in await told(resources)]
    created, deleted = "object_created", "object_deleted"
    assert sorted(events[:3]) == [(created, "a"), (created, "b"), (created, "c")]
    assert sorted(events[3:]) == [(created, "c"), (created, "d"), (deleted, "b")]
    record = await find_object(resources.outbox, UID, "c")
    assert record is not None
    assert (record.size, record.etag) == (9, "e2")
    assert far_of(SHOWN, record) == far("c", "e2", 9)


async def test_what_came_while_it_was_listed_is_not_taken_for_gone(resources: Resources) -> None:
    resources, _ = await listed(resources, far("a"))
    late = Fixed(far("a"))
    resources = replace(resources, connections=Connected(late))

    async def pages(prefix: str) -> AsyncIterator[list[Far]]:
        for _ in prefix[:1]:
            yield []

    late.pages = pages  # type: ignore[method-assign]
    await relist(resources, SHOWN, most=100)
    assert await there(resources) == ["a"]


async def test_a_bucket_that_names_no_etags(resources: Resources) -> None:
    resources, _ = await listed(resources, far("a", ""))
    record = await find_object(resources.outbox, UID, "a")
    assert record is not None
    assert record.etag == "4-1700000000000"
    assert far_of(SHOWN, record) == far("a", "")


async def test_keys_that_none_of_ours_can_be_are_counted(resources: Resources) -> None:
    folder, long = far(""), far("k" * 1025)
    resources, seen = await listed(resources, folder, long, far("odd//key/"))
    assert (seen.skipped, await there(resources)) == (1, ["odd//key/"])


async def test_of_too_many_nothing_is_taken_for_gone(resources: Resources) -> None:
    await listed(resources, far("gone"))
    with pytest.raises(TooManyError):
        await listed(resources, far("a"), far("b"), far("c"), most=2)
    assert await there(resources) == ["a", "b", "gone"]


async def test_nothing_that_looks_after_our_bytes_finds_fault_with_theirs(
    resources: Resources, home: Path
) -> None:
    resources, _ = await listed(resources, far("a"))
    await know(resources, SHOWN)
    assert await reindex(resources, SHOWN) == 0
    assert await found(resources) == {}
    target = open_folder(home / "backup", writes=True)
    backup = await made(resources, home, target)
    assert (backup.tally.objects, backup.tally.missing) == (0, [])
    async with brought_back(backup, target, home / "anew") as (anew, tally):
        assert await there(anew) == ["a"]
        assert tally.missing == []
    await target.close()


async def test_a_purge_forgets_it_here_and_leaves_it_there(resources: Resources) -> None:
    resources, _ = await listed(resources, far("a"))
    await relistings.order_relisting(resources.outbox, UID)
    await published(resources)
    await purge_repository(resources, SHOWN)
    assert await there(resources) == []
    assert await relistings.find_relisting(resources.outbox, UID) is None
    assert await resources.connections.bucket(resources.outbox.table, SHOWN)
    assert await Fixed(far("a")).head("data/a")


async def test_a_connection_that_is_not_known_yet(resources: Resources) -> None:
    with pytest.raises(Unavailable, match="not known"):
        await resources.connections.bucket(resources.outbox.table, SHOWN)


@pytest.mark.parametrize("changes", [{"removed": True}, {"account_uid": "01OTHER"}])
async def test_a_connection_that_is_none_of_its_owners(
    resources: Resources, changes: dict[str, Any]
) -> None:
    await know(resources, CONNECTION.model_copy(update=changes))
    with pytest.raises(Forbidden, match="was removed"):
        await resources.connections.bucket(resources.outbox.table, SHOWN)


async def test_one_more_than_are_held_open_is_not_closed_as_it_is_handed_out(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closing(Fixed):
        is_closed = False

        async def close(self) -> None:
            self.is_closed = True

    async def opened(_: Reach) -> Bucket:
        return Closing()

    monkeypatch.setattr(connections, "open_bucket", opened)
    held, given = Connections(), list[Closing]()
    for number in range(HELD_OPEN + 2):
        uid = f"01CONNECTION{number}"
        await know(resources, CONNECTION.model_copy(update={"connection_uid": uid}))
        shown = SHOWN.model_copy(update={"connection_uid": uid})
        bucket = await held.bucket(resources.outbox.table, shown)
        assert isinstance(bucket, Closing)
        given.append(bucket)
        given[-1].readers += number < HELD_OPEN
    # The one before the last is read by nobody by then.
    assert [one.is_closed for one in given[-3:]] == [False, True, False]
    assert not any(one.is_closed for one in given[:HELD_OPEN])


async def test_credentials_of_another_key_file(resources: Resources) -> None:
    await know(resources, CONNECTION.model_copy(update={"sealed_credentials": "c2VhbGVk"}))
    with pytest.raises(Unavailable, match="key file"):
        await Connections(lambda: bytes(32)).bucket(resources.outbox.table, SHOWN)


async def due(resources: Resources) -> list[Relisting]:
    """Those whose time has come."""
    return await relistings.due_relistings(resources.outbox)


async def test_a_listing_is_one_process_at_a_time(resources: Resources) -> None:
    outbox = resources.outbox
    await relistings.order_relisting(outbox, UID)
    (one,) = await due(resources)
    later = relistings.now_ms() + 3_600_000
    assert await relistings.take_relisting(outbox, UID, "first", due=later)
    assert not await relistings.take_relisting(outbox, UID, "second", due=later)
    assert await due(resources) == []
    assert await relistings.keep_relisting(outbox, UID, "first")
    assert not await relistings.keep_relisting(outbox, UID, "second")
    await relistings.end_relisting(outbox, "first", replace(one, objects=7))
    ended = await relistings.find_relisting(outbox, UID)
    assert ended is not None
    assert (ended.objects, ended.holder, ended.due) == (7, "", later)
    assert await due(resources) == []


async def test_what_went_well_is_due_later_and_what_was_ordered_meanwhile_at_once(
    resources: Resources,
) -> None:
    outbox, said = resources.outbox, relistings.now_ms() + 300_000
    await relistings.order_relisting(outbox, UID)
    await relistings.take_relisting(outbox, UID, "first", due=said)
    await relistings.postpone_relisting(outbox, UID, said=said, due=said + 1)
    postponed = await relistings.find_relisting(outbox, UID)
    assert postponed is not None
    assert postponed.due == said + 1
    await relistings.order_relisting(outbox, UID)
    await relistings.postpone_relisting(outbox, UID, said=said + 1, due=said + 2)
    ordered = await relistings.find_relisting(outbox, UID)
    assert ordered is not None
    assert ordered.due < said


async def test_what_is_ordered_meanwhile_is_listed_once_more(resources: Resources) -> None:
    outbox = resources.outbox
    await relistings.order_relisting(outbox, UID)
    (one,) = await due(resources)
    await relistings.take_relisting(outbox, UID, "first", due=relistings.now_ms() + 3_600_000)
    await relistings.order_relisting(outbox, UID)
    assert await due(resources) == []
    await relistings.end_relisting(outbox, "first", one)
    assert [again.repository_uid for again in await due(resources)] == [UID]


async def test_what_a_killed_process_was_at_is_due_when_its_lease_has_run_out(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = resources.outbox
    await relistings.order_relisting(outbox, UID)
    await relistings.take_relisting(outbox, UID, "killed", due=relistings.now_ms() + 3_600_000)
    assert await due(resources) == []
    moment = relistings.now_ms() + relistings.LEASE_MS + 1
    monkeypatch.setattr(relistings, "now_ms", lambda: moment)
    assert [one.repository_uid for one in await due(resources)] == [UID]
    assert await relistings.take_relisting(outbox, UID, "next", due=moment + 1)
