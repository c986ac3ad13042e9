"""Pictures of accounts are kept and go on every engine, also when many come at once."""

import asyncio
from random import Random

from services.storage.store.avatars import avatars_of, find_avatar, keep_only, put_on_trial
from shared.outbox import Outbox
from tests.pictures import ADA, ada

LARGEST = bytes(128 * 1024)


async def test_the_largest_is_kept_replaced_and_gone(storage: Outbox) -> None:
    await put_on_trial(storage, ADA, "01", LARGEST)
    await keep_only(storage, ada(1, "01"))
    assert await find_avatar(storage, ADA, "01") == LARGEST
    await put_on_trial(storage, ADA, "02", b"another")
    await keep_only(storage, ada(2, "02"))
    assert await find_avatar(storage, ADA, "01") is None
    await keep_only(storage, ada(3, ""))
    assert await find_avatar(storage, ADA, "02") is None


async def test_however_events_come_the_last_one_stays(storage: Outbox) -> None:
    """All at once, twice each, in any order: what the newest version says is so."""
    names = [f"{number:02}" for number in range(5)]
    await asyncio.gather(*(put_on_trial(storage, ADA, name, name.encode()) for name in names))
    events = [ada(version, name) for version, name in enumerate(names, start=1)] * 2
    Random(3).shuffle(events)
    await asyncio.gather(*(keep_only(storage, event) for event in events))
    row = await storage.table.get(avatars_of(ADA), "04")
    assert row is not None
    assert (row["version"], row.get("expires_at")) == (5, None)
