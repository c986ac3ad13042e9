"""All that one table knows of a key, brought into a copy of it that was made before."""

from collections.abc import AsyncIterator, Mapping

from services.storage.models import ObjectRecord
from services.storage.store.layout import objects_of
from services.storage.store.objects import object_of
from services.storage.store.versions import trails_of, versions_of
from shared.identifiers import object_uid
from shared.outbox import Outbox, history_key
from shared.paging import stretches
from shared.tables import Action, Delete, Item, Put, Table

Rows = Mapping[tuple[str, str], Item]
# So that they are no more than a write can be.
ROWS_A_WRITE = 10
LOOKS = 20


async def rows_of(outbox: Outbox, repository_uid: str, key: str) -> Rows:
    """Object, versions and history, as they were at one moment: what is twice the same was so.

    Where others than who holds the key's lock write all the while, as they were just now.
    """
    rows = await _read(outbox.table, repository_uid, key)
    for _ in range(LOOKS):
        known, rows = rows, await _read(outbox.table, repository_uid, key)
        if rows == known:
            break
    return rows


def object_in(rows: Rows, repository_uid: str, key: str) -> ObjectRecord | None:
    """The object that these tell of."""
    row = rows.get((objects_of(repository_uid), key))
    return object_of(repository_uid, row) if row is not None else None


async def replace_rows(outbox: Outbox, repository_uid: str, key: str, rows: Rows) -> None:
    """These in place of all that a copy knows of a key."""
    known = await _read(outbox.table, repository_uid, key)
    actions: list[Action] = [Delete(*place) for place in known if place not in rows]
    actions += [Put(row) for place, row in rows.items() if known.get(place) != row]
    for start in range(0, len(actions), ROWS_A_WRITE):
        await outbox.table.write(*actions[start : start + ROWS_A_WRITE])


async def _read(table: Table, repository_uid: str, key: str) -> Rows:
    uid = object_uid(repository_uid, key)
    places = [(objects_of(repository_uid), key), (trails_of(repository_uid), key)]
    found = [row for row in await table.get_many(places) if row is not None]
    for partition in (versions_of(repository_uid, key), history_key(uid)):
        found += [row async for row in _all_rows(table, partition)]
    return {(row["pk"], row["sk"]): row for row in found}


async def _all_rows(table: Table, partition: str) -> AsyncIterator[Item]:
    async for rows in stretches(lambda cursor: table.query(partition, cursor=cursor)):
        for row in rows:
            yield row
