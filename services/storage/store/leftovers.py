"""Bytes that no record names any more, and when they may go: written with what left them."""

import time
from dataclasses import asdict

from services.storage.models import Leftover
from services.storage.store.layout import RECORD_VERSION
from shared.identifiers import object_uid
from shared.outbox import Outbox
from shared.paging import stretches
from shared.tables import Action, Delete, Put

LEFTOVERS = "LEFTOVERS"
PAGE = 100


def leave(left: Leftover) -> Action:
    """In the transaction that changes or deletes the record which named them."""
    row = {"pk": LEFTOVERS, "sk": _name(left), "schema": RECORD_VERSION, **asdict(left)}
    return Put(row)


async def due_leftovers(outbox: Outbox, *, limit: int) -> list[Leftover]:
    """Some of those whose time has come, the oldest first."""
    page = await outbox.table.query(LEFTOVERS, end=_moment(int(time.time() * 1000)), limit=limit)
    names = Leftover.__dataclass_fields__
    return [Leftover(**{name: row[name] for name in names}) for row in page.items]


async def left_places(outbox: Outbox) -> set[str]:
    """The places of all of them, whether their time has come or not."""
    places = set[str]()
    async for rows in stretches(
        lambda cursor: outbox.table.query(LEFTOVERS, limit=1000, cursor=cursor)
    ):
        places |= {row["place"] for row in rows}
    return places


async def drop_leftovers(outbox: Outbox) -> None:
    """Of all that is written down nothing is there: bytes are somewhere else from now on."""
    while True:
        page = await outbox.table.query(LEFTOVERS, limit=PAGE)
        if not page.items:
            return
        await outbox.table.write(*(Delete(LEFTOVERS, row["sk"]) for row in page.items))


async def forget(outbox: Outbox, left: Leftover) -> None:
    """They are removed."""
    await outbox.table.write(Delete(LEFTOVERS, _name(left)))


def _name(left: Leftover) -> str:
    uid = object_uid(left.repository_uid, left.key)
    return f"{_moment(left.due)}#{left.version}#{uid}"


def _moment(milliseconds: int) -> str:
    """Sorts as the moment does."""
    return f"{milliseconds:015d}"
