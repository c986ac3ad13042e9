"""A request signed for the public host, which a proxy has put another in the place of."""

from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from services.storage.views.door import DataDoor
from tests.asgi_door import PLACE, Room, opened_room, signed

HERE, ELSEWHERE = ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")


@pytest.fixture
async def room(home: Path) -> AsyncIterator[Room]:
    async with opened_room(home) as room:
        await room.put(room.people["ada"], f"{PLACE}/a", b"bytes")
        yield room


@pytest.mark.parametrize(
    ("trusted", "told", "status"),
    [
        ((HERE,), "door.example", 200),
        ((ELSEWHERE, HERE), "elsewhere.example, door.example", 200),
        ((HERE,), "door.example, elsewhere.example", 403),
        ((ELSEWHERE,), "door.example", 403),
        ((), "door.example", 403),
    ],
)
async def test_the_signed_host_is_taken_from_proxies_of_ours_alone(
    room: Room, trusted: tuple[object, ...], told: str, status: int
) -> None:
    room.door = DataDoor(replace(room.door.held, trusted_proxies=trusted))
    request = signed("GET", f"{PLACE}/a", room.people["ada"])
    request.headers |= {"host": "10.1.2.3:9000", "x-forwarded-host": told}
    answer = await room.send(request, {"type": "http.request", "body": b""})
    assert answer.status == status


async def test_without_one_it_is_the_one_that_was_asked(room: Room) -> None:
    room.door = DataDoor(replace(room.door.held, trusted_proxies=(HERE,)))
    assert (await room.get(room.people["ada"], f"{PLACE}/a")).status == 200
