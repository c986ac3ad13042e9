"""Which objects are read together with which others.

An object that was read asks for others, there or not. Each of these gets a row, by which a change
of it leads to who asked, and with what version of it that one was read. An uploaded STAC document
has such a row at each object that it names, without a version: it does not read them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.indexer.models.editions import Edition
from services.indexer.store.layout import beside_key, file_key
from shared.contracts.indexer import FileMetadata
from shared.tables import Action, Delete, Put, Table

# Of one object no more askers than these are looked through for a page.
SOME = 100


def put_beside(
    edition: Edition, asker: tuple[str, str], now: Mapping[str, int], before: Mapping[str, int]
) -> list[Action]:
    """Rows of what an object, by its key and uid, is read with now, in place of those of before."""
    key, object_uid = asker
    return [
        *(
            Put({"pk": beside_key(edition, other), "sk": object_uid, "key": key, "seen": seen})
            for other, seen in now.items()
            if before.get(other) != seen
        ),
        *(Delete(beside_key(edition, other), object_uid) for other in before if other not in now),
    ]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who asked for an object, each with the version that it saw, and which documents name it."""

    askers: set[tuple[str, int]] = field(default_factory=set)
    naming: set[str] = field(default_factory=set)


async def neighbours_of(table: Table, editions: Sequence[Edition], key: str) -> Neighbours:
    """All of the object of this key, by their keys."""
    found = Neighbours()
    for edition in editions:
        cursor, more = None, True
        while more:
            page = await table.query(beside_key(edition, key), cursor=cursor)
            for row in page.items:
                if "seen" in row:
                    found.askers.add((row["key"], int(row["seen"])))
                else:
                    found.naming.add(row["key"])
            cursor, more = page.cursor, page.cursor is not None
    return found


async def some_askers_of(table: Table, edition: Edition, key: str) -> list[str]:
    """The keys of some of those that asked for an object, or name it."""
    page = await table.query(beside_key(edition, key), limit=SOME)
    return [row["key"] for row in page.items]


async def find_newest(
    table: Table, editions: Sequence[Edition], object_uids: Sequence[str]
) -> list[FileMetadata | None]:
    """What is known of these objects, in their order, by whichever edition has the newest of it."""
    places = [(file_key(edition), uid) for uid in object_uids for edition in editions]
    rows = await table.get_many(places)
    known = [FileMetadata.model_validate_json(row["body"]) if row else None for row in rows]
    step = len(editions)
    return [
        max(filter(None, known[start : start + step]), key=lambda one: one.version, default=None)
        for start in range(0, len(known), step)
    ]
