"""Which back end is the primary; who copies to each mirror, and how far it has been compared.

A mirror's row is its lease too: what is written of its copies is written on condition of that.
"""

from contextlib import suppress
from dataclasses import asdict
from typing import NamedTuple

from services.storage.models import Comparison
from services.storage.settings import MAIN
from services.storage.store.clock import now_ms
from services.storage.store.layout import RECORD_VERSION
from shared.outbox import Outbox
from shared.tables import (
    Absent,
    AllOf,
    AnyOf,
    Below,
    Check,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Put,
    Update,
)

PRIMARY = ("PRIMARY", "PRIMARY")
MIRRORS = "MIRRORS"
SERVING = "SERVING"
# What is known of back ends; a restore leaves it out.
OF_MIRRORS = ("PRIMARY", MIRRORS, SERVING, "COPIES#", "UNCOPIED#")
LEASE_MS = 20_000
ALONE_MS = 600_000


class Primary(NamedTuple):
    """The name of the back end that is written to, and of one that is being made so."""

    name: str
    heir: str = ""


async def find_primary(outbox: Outbox) -> Primary:
    """Which it is."""
    row = await outbox.table.get(*PRIMARY)
    return Primary(row["name"], row["heir"]) if row else Primary(MAIN)


async def set_primary(outbox: Outbox, before: Primary, after: Primary) -> None:
    """From now on it is another. Raises ConditionFailed unless it is `before` still."""
    pk, sk = PRIMARY
    row = {"pk": pk, "sk": sk, "schema": RECORD_VERSION, **after._asdict()}
    as_it_was = AllOf(Equals("name", before.name), Equals("heir", before.heir))
    when = AnyOf(Absent(), as_it_was) if before == Primary(MAIN) else as_it_was
    await outbox.table.write(Put(row, when=when))


async def be_served(outbox: Outbox, process: str) -> None:
    """A process has opened the primary and serves it, for LEASE_MS."""
    row = {"pk": SERVING, "sk": process, "schema": RECORD_VERSION, "until": now_ms() + LEASE_MS}
    await outbox.table.write(Put(row))


async def be_left(outbox: Outbox, process: str) -> None:
    """It serves no more."""
    await outbox.table.write(Delete(SERVING, process))


async def is_served(outbox: Outbox) -> bool:
    """Whether a process serves the primary, or was killed less than LEASE_MS ago."""
    page = await outbox.table.query(SERVING)
    return any(row["until"] > now_ms() for row in page.items)


async def take_mirror(outbox: Outbox, mirror: str, holder: str) -> bool:
    """Whether it is ours for LEASE_MS."""
    moment = now_ms()
    lease = {"holder": holder, "until": moment + LEASE_MS, "schema": RECORD_VERSION}
    ours = Equals("holder", holder), Equals("holder", "")
    free = AnyOf(Absent(), Below("until", moment), *ours)
    try:
        await outbox.table.write(Update(MIRRORS, mirror, set=lease, when=free))
    except ConditionFailed:
        return False
    return True


async def keep_mirror(outbox: Outbox, mirror: str, holder: str) -> None:
    """It stays ours. Raises ConditionFailed where another took it."""
    until = {"until": now_ms() + LEASE_MS}
    await outbox.table.write(Update(MIRRORS, mirror, set=until, when=Equals("holder", holder)))


async def leave_mirror(outbox: Outbox, mirror: str, holder: str) -> None:
    """It is anybody's, unless another took it already."""
    with suppress(ConditionFailed):
        free = {"holder": "", "until": now_ms()}
        await outbox.table.write(Update(MIRRORS, mirror, set=free, when=Equals("holder", holder)))


def still_held(mirror: str, holder: str) -> Check:
    """That it is ours."""
    return Check(MIRRORS, mirror, when=Equals("holder", holder))


async def was_let_alone(outbox: Outbox, mirror: str) -> bool:
    """Whether nobody has had it for so long that changes may not have been told to it."""
    row = await outbox.table.get(MIRRORS, mirror) or {}
    return now_ms() - int(row.get("until", 0)) > ALONE_MS


async def find_comparison(outbox: Outbox, mirror: str) -> Comparison:
    """How far it is, whoever is at it."""
    return _comparison_of(await outbox.table.get(MIRRORS, mirror) or {})


async def keep_comparison(outbox: Outbox, mirror: str, holder: str, comparison: Comparison) -> None:
    """It is so far. Raises ConditionFailed where another took the mirror."""
    told = asdict(comparison) | {"only": list(comparison.only)}
    await outbox.table.write(Update(MIRRORS, mirror, set=told, when=Equals("holder", holder)))


async def forget_comparison(outbox: Outbox, mirror: str) -> None:
    """It is a mirror no more, or one of which nothing is known."""
    await outbox.table.write(Delete(MIRRORS, mirror))


async def has_begun(outbox: Outbox, mirror: str) -> bool:
    """Whether anything was ever copied there."""
    return (await find_comparison(outbox, mirror)).began_ms > 0


async def mirrors_begun(outbox: Outbox) -> set[str]:
    """The names of all that may have copies, whether settings name them or not."""
    page = await outbox.table.query(MIRRORS)
    return {row["sk"] for row in page.items}


def _comparison_of(row: Item) -> Comparison:
    names = Comparison.__dataclass_fields__
    told = {name: row[name] for name in names if name in row}
    return Comparison(**told | {"only": tuple(row.get("only", ()))})
