"""STAC items, by id, of an object each or of a list, and the rows by which they are found."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import orjson

from services.indexer.models.counted import CountedItem
from services.indexer.models.editions import Edition
from services.indexer.models.houses import House
from services.indexer.models.written import Outline, Written, written
from services.indexer.store.cells import put_cells, remove_cells
from services.indexer.store.layout import item_key
from shared.tables import Action, Delete, Equals, Item, Put, Table, Update

CHUNK = 100


def put_item(
    edition: Edition,
    item: dict[str, Any],
    counted: CountedItem,
    house: House,
    before: CountedItem | None,
) -> list[Action]:
    """An item, what it counts for, and how it is found; `before` is what stood in its place."""
    kept = written(item)
    row = {
        "pk": item_key(edition),
        "sk": item["id"],
        "body": kept.text,
        "outline": list(kept.outline),
        "counted": counted.model_dump_json(),
        "house": house,
    }
    is_other = before is not None and before.item_id != counted.item_id
    gone = [Delete(item_key(edition), before.item_id)] if before and is_other else []
    return [Put(row), *gone, *put_cells(edition, counted, house, before)]


def remove_item(edition: Edition, counted: CountedItem) -> list[Action]:
    """An item that is no more."""
    return [Delete(item_key(edition), counted.item_id), *remove_cells(edition, counted)]


def move_item(edition: Edition, row: Item, house: House) -> list[Action]:
    """The item of this row is found in another house, if it counts for what the row says still."""
    counted = CountedItem.model_validate_json(row["counted"])
    unchanged = Equals("counted", row["counted"])
    update = Update(row["pk"], row["sk"], set={"house": house}, when=unchanged)
    return [update, *put_cells(edition, counted, house, counted)]


async def find_item(table: Table, edition: Edition, item_id: str) -> dict[str, Any] | None:
    """A STAC item, as it is kept."""
    row = await find_item_row(table, edition, item_id)
    return _item(row) if row else None


async def find_item_row(table: Table, edition: Edition, item_id: str) -> Item | None:
    """All that is kept of it."""
    return await table.get(item_key(edition), item_id)


async def items_elsewhere(
    table: Table, edition: Edition, house: House, cursor: str | None
) -> tuple[list[str], str | None]:
    """Of some items the ids of those that are not found in this house."""
    page = await table.query(item_key(edition), limit=CHUNK, cursor=cursor)
    return [row["sk"] for row in page.items if row.get("house") != house], page.cursor


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
        found = await items_at(table, [(edition, item_id) for item_id in some])
        for item_id, item in zip(some, found, strict=True):
            yield item_id, item


async def items_at(
    table: Table, places: Sequence[tuple[Edition, str]]
) -> list[dict[str, Any] | None]:
    """The items of these editions and ids, in their order."""
    rows = await table.get_many([(item_key(edition), item_id) for edition, item_id in places])
    return [_item(row) if row else None for row in rows]


async def written_at(table: Table, places: Sequence[tuple[Edition, str]]) -> list[Written | None]:
    """The same, not read."""
    rows = await table.get_many([(item_key(edition), item_id) for edition, item_id in places])
    return [_written(row) if row else None for row in rows]


def _written(row: Item) -> Written:
    """One that was kept before there were outlines gets one here."""
    outline = row.get("outline")
    return Written(row["body"], Outline(*outline)) if outline else written(_item(row))


def _item(row: Item) -> dict[str, Any]:
    item: dict[str, Any] = orjson.loads(row["body"])
    return item
