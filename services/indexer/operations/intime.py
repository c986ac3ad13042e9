"""Items in the order of time, found by the index of place and time.

Rows lead to items, and these are asked for all that is wanted: what an old or a foreign row says
can cost a look, and never show anything.
"""

from collections.abc import Sequence

from services.indexer.models.places import IN_TIME, Place, place_of
from services.indexer.operations.budget import Budget
from services.indexer.operations.looked import Found
from services.indexer.operations.merging import MOST_ROWS, Order, Reading, Search, sieve_of
from services.indexer.operations.reaching import Readable, look_around
from services.indexer.settings import SearchSettings
from services.indexer.stac.filters import Filter
from services.indexer.store.cells import Pointer
from services.indexer.store.items import written_at
from shared.contracts.indexer import ItemQuery
from shared.tables import Table

TIMES = ("datetime", "properties.datetime")
MOST_ITEMS = 500


def is_in_time(wanted: ItemQuery) -> bool:
    """Whether a search is for nothing but items in the order of time."""
    is_sorted = [one.field for one in wanted.sort] not in ([], *([name] for name in TIMES))
    return not (wanted.ids or is_sorted)


async def find_in_time(
    table: Table,
    wanted: ItemQuery,
    wanted_filter: Filter,
    readable: Readable,
    limits: SearchSettings,
) -> tuple[list[Found], Place | None]:
    """Enough for a page and one more; and the place to go on from, if the work was done before."""
    after = place_of(wanted, IN_TIME)
    order = Order(newest_first=not wanted.sort or wanted.sort[0].descending)
    place = after.item_id if after else order.beginning
    sight, families = await look_around(table, readable)
    sieve = sieve_of(wanted_filter)
    budget = Budget(limits.max_rows, limits.max_seconds)
    search = Search(table, sight, sieve, order, budget, limits.max_waves)
    ranges = [one for family in families for one in sieve.ranges(family, order, place)]
    # Of what lies in cells some are beside the box; of ten searches nine need no more than these.
    size = min(2 * wanted.limit + 12 if sieve.boxes else wanted.limit + 2, MOST_ROWS)
    reading = Reading(search, ranges, place, size)
    return await _find(search, reading, wanted_filter, wanted.limit + 1)


async def _find(
    search: Search, reading: Reading, wanted_filter: Filter, most: int
) -> tuple[list[Found], Place | None]:
    found: list[Found] = []
    looks = most
    while True:
        pointers, cut = await reading.take(looks)
        is_spent = reading.is_spent
        for one in await _look(search, pointers):
            is_wanted = wanted_filter.settles(one.written.outline)
            if is_wanted is None:
                is_wanted = wanted_filter.matches(one.item())
                is_spent = await search.budget.is_spent(0) or is_spent
            if is_wanted:
                found.append(one)
        is_spent = await search.budget.is_spent(len(pointers)) or is_spent
        if len(found) >= most or (cut is None and len(pointers) < looks):
            return found[:most], None
        if cut is not None or is_spent:
            return found, Place(item_id=cut or pointers[-1].key)
        looks = min(2 * looks, MOST_ITEMS)


async def _look(search: Search, pointers: Sequence[Pointer]) -> list[Found]:
    """The items of these rows, as far as they are there still."""
    there = await written_at(search.table, [(one.edition, one.item_id) for one in pointers])
    return [
        Found(Place(item_id=one.key), seen.repository, one.item_id, written)
        for one, written in zip(pointers, there, strict=True)
        if written is not None and (seen := search.sight.of(one)) is not None
    ]
