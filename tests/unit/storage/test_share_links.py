"""Share links at the door as its projection knows them: who made them, how fresh that is, uses."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.storage.operations.presigning import LINK_MARK, presign_get
from shared.contracts.base import now
from shared.contracts.repositories import SealedShareLink, hash_of
from shared.identifiers import new_uid
from shared.uses import Uses
from tests.asgi_door import RESTRICTED, URL, Room, account, opened_room, signed

PLACE = f"{URL}/noaa/embargoed"
LINK_ID, SECRET = new_uid(), "s3cret"
TOKEN = f"{LINK_ID}.{SECRET}"
LINK = SealedShareLink(
    version=1,
    link_id=LINK_ID,
    account_uid=RESTRICTED.account_uid,
    repository_uid=RESTRICTED.repository_uid,
    prefix="raw/",
    made_by="01ADA",
    expires_at=now() + timedelta(days=1),
    secret_hash=hash_of(LINK_ID, SECRET),
)


@pytest.fixture
async def room(home: Path) -> AsyncIterator[Room]:
    async with opened_room(home) as room:
        await room.put(room.people["ada"], f"{PLACE}/raw/a", b"shared")
        await room.know(LINK)
        yield room


async def status(room: Room, url: str = f"{PLACE}/raw/a?share={TOKEN}") -> int:
    """What who comes with the link is answered."""
    return (await room.get(None, url)).status


async def test_it_opens_its_folder_and_is_counted_in_memory(room: Room) -> None:
    uses: Uses = room.door.held.link_uses
    answer = await room.get(None, f"{PLACE}/raw/a?share={TOKEN}")
    assert (answer.status, answer.body) == (200, b"shared")
    assert await status(room, f"{PLACE}/b?share={TOKEN}") == 404
    assert await status(room, f"{PLACE}/raw/a?share={LINK_ID}.other") == 403
    assert uses._used == {LINK_ID: 2}


async def test_it_ends_while_its_maker_is_disabled(room: Room) -> None:
    maker = account("ada", "01ADA", {}, version=2)
    await room.know(maker.model_copy(update={"disabled": True}))
    assert await status(room) == 403
    await room.know(maker.model_copy(update={"version": 3}))
    assert await status(room) == 200


async def test_it_ends_with_its_time(room: Room) -> None:
    await room.know(LINK.model_copy(update={"version": 2, "expires_at": now()}))
    assert await status(room) == 403


async def test_a_late_message_does_not_bring_a_revoked_one_back(room: Room) -> None:
    await room.know(LINK.model_copy(update={"version": 2, "revoked": True, "secret_hash": ""}))
    await room.know(LINK)
    assert await status(room) == 403


async def test_it_is_of_the_owner_of_then(room: Room) -> None:
    moved = {"version": 2, "account_uid": "01BEN"}
    await room.know(RESTRICTED.model_copy(update=moved))
    assert await status(room) == 404


async def test_what_is_not_known_and_cannot_be_asked_for_is_not_refused(room: Room) -> None:
    assert await status(room, f"{PLACE}/raw/a?share={new_uid()}.{SECRET}") == 503
    assert await status(room, f"{PLACE}/raw/a?share=x.{SECRET}") == 403


async def test_known_for_too_long_it_is_refused_as_keys_are(home: Path) -> None:
    async with opened_room(home, stale_after=0) as room:
        await room.know(LINK)
        assert await status(room) == 503


async def test_an_address_signed_for_a_link_ends_with_it(room: Room) -> None:
    door = room.door.held.door
    url = presign_get(door, ("noaa", "embargoed"), "raw/a", actor=f"{LINK_MARK}{LINK_ID}").url
    beside = presign_get(door, ("noaa", "embargoed"), "b", actor=f"{LINK_MARK}{LINK_ID}").url
    assert await status(room, url) == 200
    assert await status(room, beside) == 404
    await room.know(LINK.model_copy(update={"version": 2, "revoked": True, "secret_hash": ""}))
    assert await status(room, url) == 403


async def test_a_link_beside_a_signature_is_refused(room: Room) -> None:
    request = signed("GET", f"{PLACE}/raw/a?share={TOKEN}", room.people["ada"])
    assert (await room.send(request, {"type": "http.request", "body": b""})).status == 400
