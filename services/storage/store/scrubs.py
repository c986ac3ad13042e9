"""How far the scrub is, in one row that is its lease too: who lost the lease writes it no more."""

from contextlib import suppress
from dataclasses import asdict

from services.storage.models import Scrub
from services.storage.store.clock import now_ms
from services.storage.store.layout import RECORD_VERSION
from shared.outbox import Outbox
from shared.tables import Absent, AnyOf, Below, ConditionFailed, Equals, Item, Put, Update

PLACE = ("LEASE", "scrub")
LEASE_MS = 20_000


async def find_scrub(outbox: Outbox) -> Scrub:
    """How far it is, whoever is at it."""
    return _scrub_of(await outbox.table.get(*PLACE) or {})


async def first_scrub(outbox: Outbox) -> None:
    """Nobody has looked for it before: from now on it is waited for."""
    with suppress(ConditionFailed):
        row = _row("", Scrub(first_ms=now_ms()), until=0)
        await outbox.table.write(Put(row, when=Absent()))


async def take_scrub(outbox: Outbox, holder: str) -> Scrub | None:
    """How far it is, and it is ours for LEASE_MS; None while it is another's."""
    moment = now_ms()
    lease = {"holder": holder, "until": moment + LEASE_MS, "schema": RECORD_VERSION}
    free = AnyOf(Absent(), Below("until", moment), Equals("holder", holder))
    try:
        await outbox.table.write(Update(*PLACE, set=lease, when=free))
    except ConditionFailed:
        return None
    return await find_scrub(outbox)


async def keep_scrub(outbox: Outbox, holder: str, scrub: Scrub) -> None:
    """It is so far, and stays ours. Raises ConditionFailed where another took it."""
    row = _row(holder, scrub, until=now_ms() + LEASE_MS)
    await outbox.table.write(Put(row, when=Equals("holder", holder)))


async def leave_scrub(outbox: Outbox, holder: str, scrub: Scrub) -> None:
    """It is so far, and anybody's, unless another took it already."""
    with suppress(ConditionFailed):
        row = _row("", scrub, until=0)
        await outbox.table.write(Put(row, when=Equals("holder", holder)))


def _row(holder: str, scrub: Scrub, *, until: int) -> Item:
    pk, sk = PLACE
    row = {"pk": pk, "sk": sk, "schema": RECORD_VERSION, "holder": holder, "until": until}
    return {**row, **asdict(scrub)}


def _scrub_of(row: Item) -> Scrub:
    return Scrub(**{name: row[name] for name in Scrub.__dataclass_fields__ if name in row})
