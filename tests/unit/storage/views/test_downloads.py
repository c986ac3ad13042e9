"""What counts as a download: answers that begin with the first byte, to others than ourselves."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.storage.operations import downloads
from services.storage.store.downloads import downloads_of, downloads_since
from shared.contracts.repositories import Repository
from shared.errors import Unavailable
from shared.outbox import Outbox
from tests.asgi_door import PLACE, Room, opened_room, signed
from tests.signed_requests import request_of
from tests.storage_room import REPOSITORY

UID = REPOSITORY.repository_uid
EMPTY = {"type": "http.request", "body": b""}


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as room:
        for key in ("a", "b"):
            await room.put(room.people["ada"], f"{PLACE}/{key}", b"x" * 1000)
        yield room


async def counted(room: Room) -> int:
    await room.door.held.downloads.write()
    return await downloads_since(room.door.held.resources.outbox, UID, 30)


async def test_whole_objects_and_first_ranges_count(room: Room) -> None:
    for who in (None, room.people["ada"]):
        assert (await room.get(who, f"{PLACE}/a")).status == 200
    for wanted in ("bytes=0-9", "bytes=10-99", "bytes=100-", "bytes=-5"):
        assert (await room.get(None, f"{PLACE}/a", range=wanted)).status == 206
    assert await counted(room) == 3
    outbox, today = room.door.held.resources.outbox, datetime.now(UTC).date().isoformat()
    assert await downloads_of(outbox, UID, "a", today) == 3


async def test_what_sends_no_bytes_does_not(room: Room) -> None:
    etag = (await room.get(None, f"{PLACE}/a", range="bytes=9-")).headers["etag"]
    await room.send(request_of("HEAD", f"{PLACE}/a"), EMPTY)
    await room.get(None, f"{PLACE}/a", **{"if-none-match": etag})
    await room.get(None, f"{PLACE}/none")
    await room.get(None, f"{PLACE}/?list-type=2")
    await room.get(None, f"{PLACE}/a", range="bytes=5000-")
    assert await counted(room) == 0


async def test_services_and_pages_do_not(room: Room) -> None:
    await room.send(signed("GET", f"{PLACE}/a", room.service()), EMPTY)
    await room.get(None, f"{PLACE}/a", **{"sec-purpose": "prefetch"})
    assert await counted(room) == 0


async def test_an_archive_is_a_download_of_each_that_is_in_it(room: Room) -> None:
    await room.get(None, f"{PLACE}/?archive=zip")
    await room.get(None, f"{PLACE}/?archive=zip", range="bytes=500-")
    assert await counted(room) == 3


async def test_what_cannot_be_written_waits(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("The table is away.")

    await room.get(None, f"{PLACE}/a")
    with monkeypatch.context() as patch:
        patch.setattr(downloads, "add_downloads", away)
        assert await counted(room) == 0
    await room.get(None, f"{PLACE}/a")
    assert await counted(room) == 2


async def test_what_was_being_written_at_the_end_is_not_lost(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, begun, goes_on = downloads.add_downloads, asyncio.Event(), asyncio.Event()

    async def slowly(outbox: Outbox, repository: Repository, *rest: Any) -> None:
        begun.set()
        await goes_on.wait()
        await add(outbox, repository, *rest)

    monkeypatch.setattr(downloads, "add_downloads", slowly)
    room.door.held.downloads.seconds = 0
    await room.get(None, f"{PLACE}/a")
    writing = asyncio.create_task(room.door.held.downloads.keep_writing())
    await begun.wait()
    writing.cancel()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert await counted(room) == 1


async def test_more_keys_than_are_kept_are_counted_together(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "KEYS_KEPT", 1)
    for key in ("a", "b", "b", "a"):
        await room.get(None, f"{PLACE}/{key}")
    assert await counted(room) == 4
    outbox, today = room.door.held.resources.outbox, datetime.now(UTC).date().isoformat()
    assert await downloads_of(outbox, UID, "b", today) == 0
    assert await downloads_of(outbox, UID, "a", today) == 2
