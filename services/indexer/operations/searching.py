"""Searching: items of many collections, page by page, with bounded work for each call."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from services.indexer.stac.filters import filter_of
from services.indexer.stac.items import Document, located
from services.indexer.stac.names import collection_id
from services.indexer.store.editions import find_editions
from services.indexer.store.files import items_after, items_of_ids
from shared.contracts.indexer import SearchItems, StacPage
from shared.contracts.repositories import Repository
from shared.errors import Invalid
from shared.identifiers import SLUG
from shared.paging import cursor_at, place_at
from shared.tables import Table

# What one call looks at, collections counted too, and what a reply may hold.
MOST_ROWS = 20_000
MOST_BYTES = 768 * 1024
# Others get their turn after so many rows.
TURN = 100
PLACE = re.compile(rf"((?:{SLUG.pattern})--(?:{SLUG.pattern}))/([a-z0-9_-]*)")
Collections = Callable[[str], AsyncGenerator[Repository, None]]


@dataclass(frozen=True, slots=True)
class Looked:
    """A place that was looked at, and what is there: nothing at a collection's own."""

    repository: Repository
    item_id: str = ""
    item: dict[str, Any] | None = None

    @property
    def cursor(self) -> str:
        """Goes on after it."""
        return cursor_at(f"{_id_of(self.repository)}/{self.item_id}")


async def search_items(
    table: Table, wanted: SearchItems, collections: Collections, *, data_url: str
) -> StacPage:
    """One page. `collections` gives those who asks may read by id, from an id on."""
    wanted_filter = filter_of(wanted)
    found: list[Document] = []
    size, rows, cursor = 0, 0, ""
    async with aclosing(_places(table, wanted, collections)) as places:
        async for looked in places:
            rows += 1
            if looked.item is not None and wanted_filter.matches(looked.item):
                document = _told(looked, data_url)
                size += len(orjson.dumps(document))
                if len(found) == wanted.limit or (found and size > MOST_BYTES):
                    return StacPage(documents=found, cursor=cursor)
                found.append(document)
                cursor = looked.cursor
            if rows >= MOST_ROWS:
                return StacPage(documents=found, cursor=looked.cursor)
            if rows % TURN == 0:
                await asyncio.sleep(0)
    return StacPage(documents=found)


async def _places(
    table: Table, wanted: SearchItems, collections: Collections
) -> AsyncGenerator[Looked, None]:
    """Everything that may be shown, in order, from the cursor on."""
    first, last_item = _place(wanted.cursor)
    ids = sorted(set(wanted.ids))
    async with aclosing(collections(first)) as repositories:
        async for repository in repositories:
            yield Looked(repository)
            after = last_item if _id_of(repository) == first else ""
            edition = (await find_editions(table, repository.repository_uid)).current
            if ids:
                rows = items_of_ids(table, edition, [one for one in ids if one > after])
            else:
                rows = items_after(table, edition, after)
            async with aclosing(rows):
                async for item_id, item in rows:
                    yield Looked(repository, item_id, item)


def _place(cursor: str | None) -> tuple[str, str]:
    """The collection and the item that a cursor names. Raises Invalid."""
    place = place_at(cursor)
    if place is None:
        return "", ""
    named = PLACE.fullmatch(place)
    if named is None:
        raise Invalid("The cursor is not one of ours.")
    return named[1], named[2]


def _told(looked: Looked, data_url: str) -> Document:
    repository = looked.repository
    return located(looked.item or {}, repository.account_id, repository.repository_id, data_url)


def _id_of(repository: Repository) -> str:
    return collection_id(repository.account_id, repository.repository_id)
