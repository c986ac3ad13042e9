"""Record, bytes and event change together, or nothing does; versions only grow."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.operations.committing import NewObject
from services.storage.operations.objects import Deleted, delete_object, put_object
from services.storage.operations.resources import Resources
from services.storage.s3.conditions import Conditions
from services.storage.s3.errors import S3Error
from shared.errors import NotFound, Unavailable
from shared.tables import Put
from tests.announced import announced
from tests.blob_writes import files_below
from tests.storage_room import (
    ADA,
    FOLDER,
    REPOSITORY,
    opened_resources,
    put,
    read,
    told,
    told_kinds,
)

FIRST = Conditions(if_none_match=("*",))


class Broken:
    """Bytes whose sender goes away after five megabytes."""

    algorithms: tuple[str, ...] = ()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Some, then an end that is none."""
        for _ in range(5):
            yield b"x" * 1_000_000
        raise S3Error("IncompleteBody")

    def check(self, _: object) -> None:
        """Never asked."""
        raise AssertionError("the end was never reached")


async def test_put_and_read(resources: Resources) -> None:
    pieces = [os.urandom(700_000) for _ in range(5)]
    await put(resources, "a", *pieces)
    record, content = await read(resources, "a")
    assert content == b"".join(pieces)
    assert record.size == len(content)
    assert record.etag == hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert record.content_type == "text/csv"
    assert record.created_by == ADA


async def test_the_event_tells_the_whole_object(resources: Resources) -> None:
    record = await put(resources, "a", b"t,level\n")
    (event,) = await announced(resources.outbox)
    told = event["data"]["object"]
    assert event["actor"] == ADA
    assert event["sequence"] == str(record.version) == str(told["version"])
    assert (told["key"], told["size"], told["etag"]) == ("a", 8, record.etag)
    assert told["checksums"] == record.checksums
    assert told["metadata"] == {"station": "2091"}
    assert told["repository_uid"] == REPOSITORY.repository_uid


async def test_deleted(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"x")
    gone = await delete_object(resources, REPOSITORY, "a", actor=ADA)
    assert gone.record is not None
    with pytest.raises(NotFound):
        await read(resources, "a")
    assert await delete_object(resources, REPOSITORY, "a", actor=ADA) == Deleted()
    assert files_below(home / FOLDER) == []
    assert await told_kinds(resources) == ["object_created", "object_deleted"]


async def test_versions_go_on_above_a_deletion(resources: Resources) -> None:
    for _ in range(3):
        await put(resources, "a", b"x")
        await delete_object(resources, REPOSITORY, "a", actor=ADA)
    versions = [version for _, _, version in await told(resources)]
    assert versions == sorted(set(versions))


async def test_versions_go_on_above_a_deletion_by_a_host_whose_clock_is_ahead(
    resources: Resources,
) -> None:
    first = await put(resources, "a", b"x")
    rows = await resources.outbox.table.query("OBJ#01REPOSITORY")
    ahead = first.version + 10**12
    await resources.outbox.table.write(Put(rows.items[0] | {"version": ahead}))
    await delete_object(resources, REPOSITORY, "a", actor=ADA)
    again = await put(resources, "a", b"x")
    assert again.version > ahead + 1
    versions = [version for _, _, version in await told(resources)]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize("error", [S3Error("BadDigest"), ValueError("a bug")])
async def test_what_is_refused_at_the_end_changes_nothing(
    resources: Resources, home: Path, error: Exception
) -> None:
    await put(resources, "a", b"kept")
    for key in ("a", "b"):
        with pytest.raises(type(error)):
            await put(resources, key, b"new", refuse=error)
    assert (await read(resources, "a"))[1] == b"kept"
    assert files_below(home / "storage/noaa") == ["globe-land-mask/a"]
    assert await told_kinds(resources) == ["object_created"]


async def test_bytes_that_stop_arriving_change_nothing(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"kept")
    with pytest.raises(S3Error, match="IncompleteBody"):
        await put_object(resources, REPOSITORY, NewObject("a", "", ADA), Broken())
    assert (await read(resources, "a"))[1] == b"kept"
    assert files_below(home / "storage/noaa") == ["globe-land-mask/a"]


async def test_a_record_that_cannot_be_written_puts_the_old_bytes_back(
    resources: Resources, home: Path
) -> None:
    await put(resources, "a", b"kept")
    writer = resources.outbox.table.writer  # type: ignore[attr-defined]
    await asyncio.to_thread(writer.close)
    with pytest.raises(Unavailable):
        await put(resources, "a", b"new")
    with pytest.raises(Unavailable):
        await put(resources, "b", b"new")
    assert (await read(resources, "a"))[1] == b"kept"
    assert files_below(home / FOLDER) == ["a"]
    assert files_below(home / "storage/.sc/noaa") == []


async def test_of_many_who_want_to_be_first_one_is(resources: Resources) -> None:
    outcomes = await asyncio.gather(
        *(put(resources, "a", b"%d" % number, conditions=FIRST) for number in range(20)),
        return_exceptions=True,
    )
    winners = [number for number, one in enumerate(outcomes) if not isinstance(one, Exception)]
    assert len(winners) == 1
    assert (await read(resources, "a"))[1] == b"%d" % winners[0]
    assert await told_kinds(resources) == ["object_created"]


async def test_hosts_that_share_only_the_table_never_lose_an_event(
    resources: Resources, home: Path, tmp_path: Path
) -> None:
    """No lock holds between two hosts: the record's condition does."""
    async with opened_resources(tmp_path / "other", table_home=home) as other:
        hosts = (resources, other)
        await asyncio.gather(*(put(hosts[n % 2], "a", b"%d" % n) for n in range(12)))
        first = await asyncio.gather(
            *(put(host, "b", b"x", conditions=FIRST) for host in hosts), return_exceptions=True
        )
        assert len([one for one in first if isinstance(one, S3Error)]) == 1
    events = [one for one in await told(resources) if one[1] == "a"]
    versions = [version for _, _, version in events]
    assert len(events) == 12
    assert versions == sorted(set(versions))


async def test_work_is_done_although_who_asked_went_away(resources: Resources) -> None:
    """A request is cancelled at whatever moment: record, bytes and event still fit."""
    for pause in range(30):
        task = asyncio.create_task(put(resources, "a", b"%d" % pause))
        await asyncio.sleep(pause / 10_000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        try:
            record, content = await read(resources, "a")
        except NotFound:
            continue
        assert hashlib.md5(content, usedforsecurity=False).hexdigest() == record.etag
    assert resources.ailing.empty()
