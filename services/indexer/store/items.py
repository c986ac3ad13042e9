"""STAC items, by id: of an object each, or of a list of them in one object."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import orjson

from services.indexer.models.counted import CountedItem
from services.indexer.models.editions import Edition
from services.indexer.store.layout import item_key
from shared.tables import Item, Put, Table

CHUNK = 100


def put_item(edition: Edition, item: dict[str, Any], counted: CountedItem) -> Put:
    """An item, and what it counts for."""
    row = {
        "pk": item_key(edition),
        "sk": item["id"],
        "body": orjson.dumps(item).decode(),
        "counted": counted.model_dump_json(),
    }
    return Put(row)


async def find_item(table: Table, edition: Edition, item_id: str) -> dict[str, Any] | None:
    """A STAC item, as it is kept."""
    row = await table.get(item_key(edition), item_id)
    return _item(row) if row else None


async def items_after(
    table: Table, edition: Edition, item_id: str
) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
    """All items with their ids, by id, after one."""
    cursor, more = None, True
    start = f"{item_id}\0" if item_id else None
    while more:
        page = await table.query(item_key(edition), start=start, limit=CHUNK, cursor=cursor)
        for row in page.items:
            yield row["sk"], _item(row)
        cursor, more = page.cursor, page.cursor is not None


async def items_of_ids(
    table: Table, edition: Edition, ids: Sequence[str]
) -> AsyncGenerator[tuple[str, dict[str, Any] | None], None]:
    """The items of these ids, in their order; None where there is none."""
    for first in range(0, len(ids), CHUNK):
        some = ids[first : first + CHUNK]
        rows = await table.get_many([(item_key(edition), item_id) for item_id in some])
        for item_id, row in zip(some, rows, strict=True):
            yield item_id, _item(row) if row else None


def _item(row: Item) -> dict[str, Any]:
    item: dict[str, Any] = orjson.loads(row["body"])
    return item
