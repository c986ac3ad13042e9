"""When buckets of connected repositories are listed again: one row each, which is its lease too."""

from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

from services.storage.models import Relisting
from services.storage.store.clock import now_ms
from services.storage.store.layout import RECORD_VERSION
from shared.contracts.storage import RelistingState
from shared.outbox import Outbox
from shared.paging import stretches
from shared.purged import not_purged
from shared.tables import (
    Absent,
    AnyOf,
    Below,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Update,
)

RELISTINGS = "RELISTINGS"
LEASE_MS = 60_000


async def order_relisting(outbox: Outbox, repository_uid: str) -> None:
    """Soon; once more, if somebody is at it. Never, once the repository is purged."""
    row = {"pk": RELISTINGS, "sk": repository_uid, "schema": RECORD_VERSION}
    new = {**row, **asdict(Relisting(repository_uid, now_ms()))}
    try:
        await outbox.table.write(Put(new, when=Absent()), not_purged(repository_uid))
    except ConditionFailed:
        soon = {"due": now_ms()}
        await _written(outbox, Update(RELISTINGS, repository_uid, set=soon, when=Present()))


async def find_relisting(outbox: Outbox, repository_uid: str) -> Relisting | None:
    """How it stands."""
    row = await outbox.table.get(RELISTINGS, repository_uid)
    return _relisting(row) if row else None


async def due_relistings(outbox: Outbox) -> list[Relisting]:
    """Those whose time has come, and those whose process died at it."""
    due = list[Relisting]()
    async for rows in stretches(
        lambda cursor: outbox.table.query(RELISTINGS, limit=1000, cursor=cursor)
    ):
        due += [one for one in map(_relisting, rows) if is_due(one)]
    return due


def is_due(one: Relisting) -> bool:
    """Whether its time has come and nobody is at it."""
    moment = now_ms()
    return one.until < moment and (one.due <= moment or bool(one.holder))


async def take_relisting(outbox: Outbox, uid: str, holder: str, *, due: int) -> bool:
    """It is ours for LEASE_MS, and the next one is `due`; false while it is another's."""
    lease = {"holder": holder, "until": now_ms() + LEASE_MS, "due": due}
    free = AnyOf(Equals("until", 0), Below("until", now_ms()))
    return await _written(outbox, Update(RELISTINGS, uid, set=lease, when=free))


async def keep_relisting(outbox: Outbox, uid: str, holder: str) -> bool:
    """It stays ours; false where another took it, or it is forgotten."""
    lease = {"until": now_ms() + LEASE_MS}
    return await _written(outbox, Update(RELISTINGS, uid, set=lease, when=Equals("holder", holder)))


async def postpone_relisting(outbox: Outbox, uid: str, *, said: int, due: int) -> None:
    """It went well: it is due later than was `said`, unless somebody ordered it meanwhile."""
    await _written(outbox, Update(RELISTINGS, uid, set={"due": due}, when=Equals("due", said)))


async def end_relisting(outbox: Outbox, holder: str, ended: Relisting) -> None:
    """What came of it; when it is due again stays as it was said."""
    told = {name: value for name, value in asdict(ended).items() if name != "due"}
    told |= {"holder": "", "until": 0}
    uid = ended.repository_uid
    await _written(outbox, Update(RELISTINGS, uid, set=told, when=Equals("holder", holder)))


async def drop_relisting(outbox: Outbox, repository_uid: str) -> None:
    """It is listed no more."""
    await outbox.table.write(Delete(RELISTINGS, repository_uid))


async def _written(outbox: Outbox, update: Update) -> bool:
    with suppress(ConditionFailed):
        await outbox.table.write(update)
        return True
    return False


def state_of(one: Relisting) -> RelistingState:
    """As others may see it."""
    listed_at = datetime.fromtimestamp(one.listed / 1000, UTC) if one.listed else None
    return RelistingState(
        listed_at=listed_at,
        objects=one.objects,
        skipped=one.skipped,
        error=one.error,
        is_waiting=bool(one.holder) or one.due <= now_ms(),
    )


def _relisting(row: Item) -> Relisting:
    return Relisting(**{name: row[name] for name in Relisting.__dataclass_fields__})
