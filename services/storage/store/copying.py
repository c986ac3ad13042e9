"""All that one table knows of a key, brought into a copy of it that was made before."""

from collections.abc import AsyncIterator

from services.storage.models import ObjectRecord
from services.storage.store.layout import objects_of
from services.storage.store.objects import object_of
from services.storage.store.versions import trails_of, versions_of, versions_of_key
from shared.identifiers import object_uid
from shared.outbox import Outbox, history_key
from shared.tables import Delete, Item, Put, Table

Rows = dict[tuple[str, str], Item]


async def copy_key(
    source: Outbox, copy: Outbox, repository_uid: str, key: str
) -> list[ObjectRecord]:
    """Object, versions and history as they are now; the records that have bytes."""
    known, rows = None, await _rows_of(source.table, repository_uid, key)
    # Only what is twice the same was so at one moment.
    while rows != known:
        known, rows = rows, await _rows_of(source.table, repository_uid, key)
    for pk, sk in await _rows_of(copy.table, repository_uid, key):
        if (pk, sk) not in rows:
            await copy.table.write(Delete(pk, sk))
    for row in rows.values():
        await copy.table.write(Put(row))
    return await records_of(copy, repository_uid, key)


async def records_of(outbox: Outbox, repository_uid: str, key: str) -> list[ObjectRecord]:
    """What a key has and had that has bytes, newest first."""
    row = await outbox.table.get(objects_of(repository_uid), key)
    newest = [object_of(repository_uid, row)] if row is not None else []
    older = [one async for one in versions_of_key(outbox, repository_uid, key)]
    return [*newest, *(one for one in older if not one.is_marker)]


async def _rows_of(table: Table, repository_uid: str, key: str) -> Rows:
    uid = object_uid(repository_uid, key)
    places = [(objects_of(repository_uid), key), (trails_of(repository_uid), key)]
    found = [row for row in await table.get_many(places) if row is not None]
    for partition in (versions_of(repository_uid, key), history_key(uid)):
        found += [row async for row in _all_rows(table, partition)]
    return {(row["pk"], row["sk"]): row for row in found}


async def _all_rows(table: Table, partition: str) -> AsyncIterator[Item]:
    cursor = None
    while True:
        page = await table.query(partition, cursor=cursor)
        for row in page.items:
            yield row
        cursor = page.cursor
        if cursor is None:
            return
