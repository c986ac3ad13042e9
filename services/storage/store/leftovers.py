"""Bytes that no record names any more, and when they may go: written with what left them."""

import time
from dataclasses import dataclass

from services.storage.blobs.port import Folder
from services.storage.models import ObjectRecord
from services.storage.store.layout import RECORD_VERSION
from shared.identifiers import object_uid
from shared.outbox import Outbox
from shared.tables import Action, Delete, Put

LEFTOVERS = "LEFTOVERS"


@dataclass(slots=True)
class Leftover:
    """Bytes of a former record; `name` tells it from the others."""

    name: str
    folder: Folder
    key: str
    place: str


def leave(folder: Folder, record: ObjectRecord, due: float) -> Action:
    """The bytes of this record, which goes in the same transaction; `due` in epoch seconds."""
    uid = object_uid(record.repository_uid, record.key)
    row = {
        "pk": LEFTOVERS,
        "sk": f"{_moment(due)}#{record.version}#{uid}",
        "schema": RECORD_VERSION,
        "folder": list(folder),
        "key": record.key,
        "place": record.place,
    }
    return Put(row)


async def due_leftovers(outbox: Outbox, *, limit: int) -> list[Leftover]:
    """Some of those whose time has come, the oldest first."""
    page = await outbox.table.query(LEFTOVERS, end=_moment(time.time()), limit=limit)
    return [
        Leftover(row["sk"], Folder(*row["folder"]), row["key"], row["place"]) for row in page.items
    ]


async def left_places(outbox: Outbox) -> set[str]:
    """The places of all of them, whether their time has come or not."""
    places, cursor = set[str](), None
    while True:
        page = await outbox.table.query(LEFTOVERS, limit=1000, cursor=cursor)
        places |= {row["place"] for row in page.items}
        cursor = page.cursor
        if cursor is None:
            return places


async def forget(outbox: Outbox, leftover: Leftover) -> None:
    """They are removed."""
    await outbox.table.write(Delete(LEFTOVERS, leftover.name))


def _moment(seconds: float) -> str:
    """Sorts as the moment does."""
    return f"{int(seconds * 1000):015d}"
