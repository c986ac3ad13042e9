"""A body whose length nobody tells: little of it is taken, and what was promised of it holds."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.asgi_door import PLACE, Answer, Room, opened_room
from tests.signed_requests import sign_header

MIB = 1024**2


@pytest.fixture
async def room(home: Path) -> AsyncIterator[Room]:
    async with opened_room(home) as room:
        yield room


async def sent(room: Room, key: str, *pieces: bytes, payload: str = "UNSIGNED-PAYLOAD") -> Answer:
    request = sign_header(
        "PUT",
        f"{PLACE}/{key}",
        {},
        now=datetime.now(UTC),
        payload=payload,
        credentials=room.people["ada"],
    )
    request.headers["transfer-encoding"] = "chunked"
    events = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    return await room.send(request, *events)


@pytest.mark.parametrize("size", [0, 1, MIB])
async def test_a_little_is_taken(room: Room, size: int) -> None:
    assert (await sent(room, "a", b"x" * (size // 2), b"x" * (size - size // 2))).status == 200
    assert (await room.get(None, f"{PLACE}/a")).body == b"x" * size


async def test_more_is_refused(room: Room) -> None:
    answer = await sent(room, "a", b"x" * MIB, b"x")
    assert answer.status == 411
    assert b"more than 1 MiB" in answer.body
    assert (await room.get(None, f"{PLACE}/a")).status == 404


async def test_what_was_signed_of_it_holds(room: Room) -> None:
    digest = hashlib.sha256(b"body").hexdigest()
    assert (await sent(room, "a", b"bo", b"dy", payload=digest)).status == 200
    refused = await sent(room, "a", b"bo", b"dy!", payload=digest)
    assert b"<Code>XAmzContentSHA256Mismatch</Code>" in refused.body
