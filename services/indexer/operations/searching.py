"""Searching: items of many collections, page by page, with bounded work for each call."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from services.indexer.models.best import Best
from services.indexer.models.places import Place, cursor_of, place_of
from services.indexer.operations.budget import Budget
from services.indexer.operations.intime import find_in_time, is_in_time
from services.indexer.operations.looked import Found, Looked, id_of
from services.indexer.operations.reaching import Collections, Readable
from services.indexer.operations.room import Room, fitting
from services.indexer.settings import SearchSettings
from services.indexer.stac.filters import Filter, filter_of
from services.indexer.stac.sorting import keys_of, order_of
from services.indexer.store.editions import find_editions
from services.indexer.store.items import items_after, items_of_ids
from shared.contracts.indexer import Feature, FeaturePage, ItemQuery, StacPage
from shared.fields import invalid
from shared.tables import Table


async def search_items(
    table: Table,
    wanted: ItemQuery,
    readable: Readable,
    *,
    data_url: str,
    limits: SearchSettings,
) -> StacPage:
    """One page of what may be told to who asks."""
    found, further = await _find(table, wanted, readable, limits)
    documents = fitting([one.document(data_url) for one in found[: wanted.limit]])
    if len(documents) < len(found):
        further = found[len(documents) - 1].place
    return StacPage(documents=documents, cursor=further and cursor_of(wanted, further))


async def search_features(
    table: Table,
    wanted: ItemQuery,
    readable: Readable,
    *,
    data_url: str,
    limits: SearchSettings,
) -> FeaturePage:
    """The same page as texts."""
    found, further = await _find(table, wanted, readable, limits)
    room = Room()
    told, lines = list[Feature](), list[bytes]()
    for one in found[: wanted.limit]:
        feature, pair = one.feature(), one.lines(data_url)
        if not room.holds(sum(map(len, (*feature, *pair)))):
            break
        told.append(feature)
        lines += pair
    if len(told) < len(found):
        further = found[len(told) - 1].place
    is_cut = len(told) < min(len(found), wanted.limit)
    page = FeaturePage(features=told, cursor=further and cursor_of(wanted, further), is_cut=is_cut)
    return page.carrying(b"\n".join(lines))


async def _find(
    table: Table, wanted: ItemQuery, readable: Readable, limits: SearchSettings
) -> tuple[list[Found], Place | None]:
    """Enough for a page and one more; and the place to go on from, if the work was done before."""
    wanted_filter = filter_of(wanted, limits)
    if is_in_time(wanted):
        return await find_in_time(table, wanted, wanted_filter, readable, limits)
    return await _find_one_by_one(table, wanted, wanted_filter, readable, limits)


async def _find_one_by_one(
    table: Table,
    wanted: ItemQuery,
    wanted_filter: Filter,
    readable: Readable,
    limits: SearchSettings,
) -> tuple[list[Found], Place | None]:
    """Those of some ids, or sorted by what there is no index of: by a look at each."""
    after = place_of(wanted)
    start = Place() if wanted.sort else after or Place()
    async with aclosing(looked_at(table, wanted.ids, readable.collections, start)) as places:
        if wanted.sort:
            budget = Budget(limits.max_sorted, limits.max_seconds)
            return await _first_sorted(places, wanted, wanted_filter, after, budget), None
        budget = Budget(limits.max_rows, limits.max_seconds)
        return await _next_found(places, wanted, wanted_filter, budget)


async def _next_found(
    places: AsyncGenerator[Looked, None], wanted: ItemQuery, wanted_filter: Filter, budget: Budget
) -> tuple[list[Found], Place | None]:
    """As `_find`."""
    found: list[Found] = []
    room, is_full = Room(), False
    async for looked in places:
        if looked.item is not None and wanted_filter.matches(looked.item):
            found.append(looked.found(looked.place()))
            is_full = not room.takes(looked.item)
        if is_full or len(found) > wanted.limit:
            break
        if await budget.is_spent():
            return found, looked.place()
    return found, None


async def _first_sorted(
    places: AsyncGenerator[Looked, None],
    wanted: ItemQuery,
    wanted_filter: Filter,
    after: Place | None,
    budget: Budget,
) -> list[Found]:
    """Enough for a page and one more, of all that there is. Invalid where that is too much."""
    best: Best[tuple[Place, Looked]] = Best(wanted.limit + 1)
    passed = _order(after, wanted) if after else None
    is_spent = False
    async for looked in places:
        if is_spent:
            raise invalid("sortby", "cannot sort so many items; ask for fewer of them")
        if looked.item is not None and wanted_filter.matches(looked.item):
            place = looked.place(keys_of(looked.item, wanted.sort))
            order = _order(place, wanted)
            if passed is None or passed < order:
                best.offer(order, (place, looked))
        is_spent = await budget.is_spent()
    return [looked.found(place) for place, looked in best.first()]


def _order(place: Place, wanted: ItemQuery) -> tuple[Any, ...]:
    return *order_of(place.keys, wanted.sort), place.collection_id, place.item_id


async def looked_at(
    table: Table, wanted_ids: Sequence[str], collections: Collections, start: Place
) -> AsyncGenerator[Looked, None]:
    """All items that may be shown, or those of these ids, by collection and id from a place on."""
    ids = sorted(set(wanted_ids))
    async with aclosing(collections(start.collection_id)) as repositories:
        async for repository in repositories:
            name = id_of(repository)
            after = start.item_id if name == start.collection_id else ""
            # However little a call may do, it goes on from where the last one ended.
            if name != start.collection_id:
                yield Looked(repository)
            edition = (await find_editions(table, repository.repository_uid)).current
            if ids:
                rows = items_of_ids(table, edition, [one for one in ids if one > after])
            else:
                rows = items_after(table, edition, after)
            async with aclosing(rows):
                async for item_id, item in rows:
                    yield Looked(repository, item_id, item and item | {"collection": name})
