"""Rows of many partitions as one sequence in the order of time, read in as few rounds as it takes.

A round (a wave) asks at once every partition that might still have something before what is known.
How much of it was read is bounded; what is told of the place then never names what may not be seen.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.indexer.models.boxes import Box, meet, parts_of
from services.indexer.models.placed import micros, rank_of
from services.indexer.operations.budget import Budget
from services.indexer.operations.reaching import Sight
from services.indexer.stac.filters import Filter
from services.indexer.store.cells import LONGEST_OF_SHORT, Family, Pointer, Span, read_cells
from shared.tables import Table

MOST_ROWS = 1000
# A place before all keys, and one after them.
FIRST, LAST = "", ":"


@dataclass(frozen=True, slots=True)
class Order:
    """The newest first, or the oldest. Places are keys, or what stands before all of a moment."""

    newest_first: bool

    def is_before(self, one: str, other: str) -> bool:
        """Whether it comes sooner."""
        return one < other if self.newest_first else one > other

    def later(self, *places: str) -> str:
        """The last of these."""
        return max(places) if self.newest_first else min(places)

    def sooner(self, places: Iterable[str]) -> str:
        """The first of these."""
        return min(places) if self.newest_first else max(places)

    def sorted(self, keys: Iterable[str]) -> list[str]:
        """One after the other."""
        return sorted(keys, reverse=not self.newest_first)

    def before_all(self, rank: str) -> str:
        """The place before all rows of a moment; it is nobody's name."""
        return rank + ("#" if self.newest_first else "$")

    @property
    def beginning(self) -> str:
        """The place before all."""
        return FIRST if self.newest_first else LAST

    def after(self, place: str) -> tuple[str | None, str | None]:
        """From where and up to where to read, to leave out what is not after the place."""
        if self.newest_first:
            return (f"{place}$" if place else None), None
        return None, (f"{place}#" if place != LAST else None)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What can be asked of a row: times as in `Placed`, both ends included."""

    boxes: tuple[Sequence[Box], ...]
    start: int | None
    end: int | None

    def passes(self, pointer: Pointer) -> bool:
        """Whether its item may be one of those that are sought."""
        if self.end is not None and pointer.start > self.end:
            return False
        if self.start is not None and pointer.end < self.start:
            return False
        if not self.boxes:
            return True
        parts = parts_of(pointer.box)
        return all(meet(boxes, parts) for boxes in self.boxes)

    def spans(self, family: Family, order: Order, place: str) -> list[Span]:
        """Where all of these are, after the place."""
        return [
            self._span(partition, order, place, is_short=is_short)
            for partition, is_short in family.spans_for(self.boxes[0] if self.boxes else None)
        ]

    def _span(self, partition: str, order: Order, place: str, *, is_short: bool) -> Span:
        low, high = order.after(place)
        if self.end is not None:
            low = max(low or "", rank_of(self.end))
        if self.start is not None and is_short and self.start > LONGEST_OF_SHORT:
            oldest = f"{rank_of(self.start - LONGEST_OF_SHORT)}$"
            high = min(high or oldest, oldest)
        return Span(partition, low, high, order.newest_first)


def sieve_of(wanted: Filter) -> Sieve:
    """As much of a filter as a row can answer."""
    start, end = (micros(one) if one else None for one in (wanted.start, wanted.end))
    return Sieve(wanted.boxes, start, end)


class Stream:
    """One partition, read further and further: all up to `reached` is known."""

    def __init__(self, span: Span, reached: str, size: int) -> None:
        self.reached = reached
        self.is_done = False
        self._span, self._size = span, size

    async def read(self, table: Table) -> list[Pointer]:
        """What follows; each time twice as much."""
        found, more = await read_cells(table, self._span, self._size)
        self._size = min(2 * self._size, MOST_ROWS)
        self.is_done = not more
        return found

    def go_on(self, found: Sequence[Pointer], sight: Sight, order: Order) -> None:
        """After these. All of one moment of a repository that may not be told of is left out."""
        last = found[-1]
        shown = [one.key for one in found if sight.shows(one)]
        nameable = [last.key] if sight.shows(last) else [order.before_all(last.rank), *shown[-1:]]
        self.reached = order.later(self.reached, *nameable)
        is_hidden = sight.of(last) is None
        name = f"{last.rank}#{last.repository_uid}" if is_hidden else last.sk
        low, high = self._span.low, self._span.high
        if order.newest_first:
            low = f"{name}$" if is_hidden else f"{name}\0"
        else:
            high = f"{name}#" if is_hidden else name
        self._span = Span(self._span.partition, low, high, order.newest_first)


@dataclass(frozen=True, slots=True)
class Search:
    """What one call looks for, and how much it may read: rows, seconds and `max_waves`."""

    table: Table
    sight: Sight
    sieve: Sieve
    order: Order
    budget: Budget
    max_waves: int


class Reading:
    """One search's way through its streams, from a place on."""

    def __init__(self, search: Search, streams: Sequence[Stream], start: str) -> None:
        self.is_spent = False
        self._search, self._streams, self._start = search, streams, start
        self._waves = 0
        self._pool: dict[str, Pointer] = {}

    async def take(self, most: int) -> tuple[list[Pointer], str | None]:
        """The next rows, and fewer than `most` only at the end, or where the work is done.

        Then with the place up to which these are all, from where to go on.
        """
        order = self._search.order
        while True:
            keys = order.sorted(self._pool)
            behind = self._behind(keys[most - 1] if len(keys) >= most else None)
            if not behind:
                return self._out(keys[:most]), None
            cut = order.sooner(one.reached for one in self._streams if not one.is_done)
            if self.is_spent and order.is_before(self._start, cut):
                return self._out(one for one in keys if not order.is_before(cut, one)), cut
            await self._wave(behind)

    def _behind(self, bound: str | None) -> list[Stream]:
        """The streams that may have something before the bound."""
        return [
            one
            for one in self._streams
            if not one.is_done
            and (bound is None or self._search.order.is_before(one.reached, bound))
        ]

    def _out(self, keys: Iterable[str]) -> list[Pointer]:
        return [self._pool.pop(key) for key in keys]

    async def _wave(self, streams: Sequence[Stream]) -> None:
        search = self._search
        pages = await asyncio.gather(*(one.read(search.table) for one in streams))
        await search.sight.look(pointer for page in pages for pointer in page)
        for stream, page in zip(streams, pages, strict=True):
            if page:
                stream.go_on(page, search.sight, search.order)
            shown = (one for one in page if search.sight.shows(one) and search.sieve.passes(one))
            self._pool |= {one.key: one for one in shown}
        self._waves += 1
        is_spent = await search.budget.is_spent(sum(map(len, pages)))
        self.is_spent = is_spent or self._waves >= search.max_waves
