"""What uploaded STAC documents name: items of a list, and objects that their items speak for.

Each has a row with its document, by which it is found when the document is another, or no more. An
object that is named has a row of its own (store.beside), by which it finds the document.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from services.indexer.models.counted import CountedItem
from services.indexer.models.editions import Edition
from services.indexer.models.houses import House
from services.indexer.models.stored import Stored
from services.indexer.store.cells import cells_of
from services.indexer.store.items import items_of_ids, put_item, remove_item
from services.indexer.store.layout import beside_key, item_key, named_key
from shared.identifiers import object_uid
from shared.tables import Action, Delete, Present, Put, Table, Update

ITEM, KEY = "item/", "key/"
AFTER_ITEMS = "item0"


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item of a list: what it counts for, and a hash of it."""

    counted: CountedItem
    digest: str


@dataclass(frozen=True, slots=True)
class Rows:
    """All that a document has written: items by id, and of each key whether its object knows."""

    items: dict[str, KeptItem] = field(default_factory=dict)
    keys: dict[str, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.items or self.keys)


async def find_named(table: Table, edition: Edition, document_uid: str) -> Rows:
    """What the document of this uid has written."""
    rows = Rows()
    cursor, more = None, True
    while more:
        page = await table.query(named_key(edition, document_uid), cursor=cursor)
        for row in page.items:
            if row["sk"].startswith(ITEM):
                counted = CountedItem.model_validate_json(row["counted"])
                rows.items[row["sk"].removeprefix(ITEM)] = KeptItem(counted, row["digest"])
            else:
                rows.keys[row["key"]] = bool(row["is_known"])
        cursor, more = page.cursor, page.cursor is not None
    return rows


def digest_of(item: Mapping[str, Any]) -> str:
    """Another one as soon as anything in the item differs."""
    return sha256(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)).hexdigest()


def put_named_item(
    edition: Edition,
    document_uid: str,
    house: House,
    item: tuple[dict[str, Any], CountedItem],
    before: CountedItem | None,
) -> list[Action]:
    """An item of a list, and what it counts for, in place of what it was `before`."""
    document, counted = item
    row = {
        "pk": named_key(edition, document_uid),
        "sk": f"{ITEM}{counted.item_id}",
        "counted": counted.model_dump_json(),
        "digest": digest_of(document),
    }
    return [*put_item(edition, document, counted, house, before), Put(row)]


def remove_named_item(edition: Edition, document_uid: str, counted: CountedItem) -> list[Action]:
    """An item that is not in the list any more."""
    row = Delete(named_key(edition, document_uid), f"{ITEM}{counted.item_id}")
    return [*remove_item(edition, counted), row]


def put_named_key(edition: Edition, document: Stored, key: str) -> list[Action]:
    """An object that the document names, and that is to be told of it."""
    pk, sk = _place(edition, document, key)
    return [
        Put({"pk": beside_key(edition, key), "sk": document.object_uid, "key": document.key}),
        Put({"pk": pk, "sk": sk, "key": key, "is_known": False}),
    ]


def drop_named_key(edition: Edition, document: Stored, key: str) -> list[Action]:
    """An object that it names no more, and that is to be told of it."""
    pk, sk = _place(edition, document, key)
    return [
        Delete(beside_key(edition, key), document.object_uid),
        Put({"pk": pk, "sk": sk, "key": key, "is_known": False}),
    ]


def told_named_key(edition: Edition, document: Stored, key: str) -> Update:
    """The object knows."""
    return Update(*_place(edition, document, key), set={"is_known": True}, when=Present())


def forget_named_key(edition: Edition, document: Stored, key: str) -> Delete:
    """The object knows that it is not named any more."""
    return Delete(*_place(edition, document, key))


def _place(edition: Edition, document: Stored, key: str) -> tuple[str, str]:
    """By the uid of what is named: a key may be as long as a sort key may, and not a byte more."""
    return named_key(edition, document.object_uid), KEY + object_uid(document.repository_uid, key)


async def places_named(table: Table, edition: Edition, document_uid: str) -> set[tuple[str, str]]:
    """Where all of it is kept, the rows that lead to it among them."""
    places: set[tuple[str, str]] = set()
    cursor, more = None, True
    while more:
        page = await table.query(named_key(edition, document_uid), cursor=cursor)
        for row in page.items:
            places.add((row["pk"], row["sk"]))
            if row["sk"].startswith(ITEM):
                counted = CountedItem.model_validate_json(row["counted"])
                places |= {(item_key(edition), counted.item_id), *cells_of(edition, counted)}
            else:
                places.add((beside_key(edition, row["key"]), document_uid))
        cursor, more = page.cursor, page.cursor is not None
    return places


async def listed_items(
    table: Table, edition: Edition, document_uid: str, item_id: str
) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
    """The items of a list with their ids, by id, after one."""
    start = f"{ITEM}{item_id}" + ("\0" if item_id else "")
    cursor, more = None, True
    while more:
        page = await table.query(
            named_key(edition, document_uid), start=start, end=AFTER_ITEMS, cursor=cursor
        )
        ids = [row["sk"].removeprefix(ITEM) for row in page.items]
        async for found, item in items_of_ids(table, edition, ids):
            if item is not None:
                yield found, item
        cursor, more = page.cursor, page.cursor is not None
