"""What is remembered of a key's holder ends with the key, with half a second, and with any news."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.storage.views import holders
from services.storage.views.holders import Holders
from shared.contracts.accounts import Role, SealedAccessKey
from shared.policy import ANONYMOUS_PRINCIPAL
from shared.sealing import seal, sealing_key
from tests.asgi_door import Room, account, opened_room
from tests.storage_room import REPOSITORY

OBJECT = "http://127.0.0.1:9000/noaa/globe-land-mask/a.csv"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened_room(tmp_path) as room:
        yield room


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [1000.0]
    monkeypatch.setattr(holders.time, "monotonic", lambda: clock[0])
    return clock


def known(room: Room, *, expires_in: float | None = None) -> tuple[Holders, str]:
    """Holders that have just seen a key, and its id."""
    expires_at = None
    if expires_in is not None:
        expires_at = datetime.now(UTC) + timedelta(seconds=expires_in)
    key = SealedAccessKey(
        access_key_id="COOPADA",
        account_uid="01ADA",
        sealed_secret=seal(sealing_key(room.key), "secret", name="COOPADA"),
        expires_at=expires_at,
    )
    remembered = Holders(room.projection, room.key)
    remembered.remember(key, ANONYMOUS_PRINCIPAL, room.projection.changes)
    return remembered, key.access_key_id


async def test_for_half_a_second(room: Room, clock: list[float]) -> None:
    remembered, key_id = known(room)
    clock[0] += 0.49
    holder = remembered.recall(key_id)
    assert holder is not None
    assert (holder.secret, holder.account_uid) == ("secret", "01ADA")
    clock[0] += 0.02
    assert remembered.recall(key_id) is None


async def test_no_longer_than_the_key_is_good(room: Room, clock: list[float]) -> None:
    remembered, key_id = known(room, expires_in=0.2)
    assert remembered.recall(key_id) is not None
    clock[0] += 0.2
    assert remembered.recall(key_id) is None


async def test_until_something_is_heard(room: Room) -> None:
    remembered, key_id = known(room)
    await room.know(account("ben", "01BEN", {}, version=2))
    assert remembered.recall(key_id) is None


async def test_what_was_heard_while_it_was_looked_up_counts(room: Room) -> None:
    remembered, key_id = known(room)
    holder = remembered.recall(key_id)
    assert holder is not None
    before = room.projection.changes
    await room.know(account("ben", "01BEN", {}, version=2))
    sealed = await room.projection.access_key(str(room.people["ada"].access_key))
    assert sealed is not None
    remembered.remember(sealed, ANONYMOUS_PRINCIPAL, before)
    assert remembered.recall(sealed.access_key_id) is None


async def test_a_role_taken_away_counts_at_once(room: Room) -> None:
    ada = room.people["ada"]
    assert (await room.put(ada, OBJECT, b"1")).status == 200
    assert (await room.put(ada, OBJECT, b"2")).status == 200
    await room.know(account("ada", "01ADA", {REPOSITORY.account_uid: Role.READER}, version=2))
    assert (await room.put(ada, OBJECT, b"3")).status == 403


async def test_a_key_revoked_is_refused_at_once(room: Room) -> None:
    ada = room.people["ada"]
    assert (await room.put(ada, OBJECT, b"1")).status == 200
    revoked = SealedAccessKey(
        access_key_id=str(ada.access_key),
        account_uid="01ADA",
        sealed_secret="",
        revoked=True,
        version=2,
    )
    await room.know(revoked)
    assert (await room.get(ada, OBJECT)).status == 403


async def test_a_remembered_key_needs_a_good_signature(room: Room) -> None:
    ada = room.people["ada"]
    assert (await room.put(ada, OBJECT, b"1")).status == 200
    forged = type(ada)(ada.access_key, "another secret")
    assert (await room.get(forged, OBJECT)).status == 403


async def test_accounts_that_are_silent_make_a_remembered_key_useless(tmp_path: Path) -> None:
    async with opened_room(tmp_path, stale_after=300) as room:
        ada = room.people["ada"]
        assert (await room.put(ada, OBJECT, b"1")).status == 200
        room.projection.heard_at -= 301
        assert (await room.get(ada, OBJECT)).status == 503
