"""Rows of many partitions as one sequence in the order of time, read in as few rounds as it takes.

A round (a wave) asks at once all partitions that may still have something. How much is read is
bounded; what is told of the place then never names what may not be seen.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from services.indexer.models.boxes import Box, meet, parts_of
from services.indexer.models.placed import micros, rank_of
from services.indexer.operations.budget import Budget
from services.indexer.operations.reaching import Sight
from services.indexer.stac.filters import Filter
from services.indexer.store.cells import LONGEST_OF_SHORT, Family, Pointer, pointers_of
from shared.tables import Item, Range, Table

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

    def before_all(self, rank: str) -> str:
        """The place before all rows of a moment; it is nobody's name."""
        return rank + ("#" if self.newest_first else "$")

    @property
    def beginning(self) -> str:
        """The place before all."""
        return FIRST if self.newest_first else LAST

    def after(self, place: str) -> tuple[str, str | None]:
        """From where and up to where to read, to leave out what is not after the place."""
        if self.newest_first:
            return (f"{place}$" if place else ""), None
        return "", (f"{place}#" if place != LAST else None)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What can be asked of a row; times as in `Placed`, both ends included.

    `newest` is the rank of the latest start there may be.
    """

    boxes: tuple[Sequence[Box], ...]
    start: int | None
    newest: str

    def passes(self, box: Box | None, end: int) -> bool:
        """Whether an item that lies there and ends then may be one of those that are sought."""
        if self.start is not None and end < self.start:
            return False
        if not self.boxes:
            return True
        parts = parts_of(box)
        for boxes in self.boxes:  # noqa: SIM110 - for every row: `all` takes as long as the rest
            if not meet(boxes, parts):
                return False
        return True

    def ranges(self, family: Family, order: Order, place: str) -> list[Range]:
        """Where all of these are, after the place."""
        low, high = order.after(place)
        low, oldest = max(low, self.newest), high
        if self.start is not None and self.start > LONGEST_OF_SHORT:
            begins = f"{rank_of(self.start - LONGEST_OF_SHORT)}$"
            oldest = min(high or begins, begins)
        return [
            Range(partition, low, oldest if is_short else high)
            for partition, is_short in family.spans_for(self.boxes[0] if self.boxes else None)
        ]


def sieve_of(wanted: Filter) -> Sieve:
    """As much of a filter as a row can answer."""
    start = micros(wanted.start) if wanted.start else None
    return Sieve(wanted.boxes, start, rank_of(micros(wanted.end)) if wanted.end else FIRST)


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
    """One search's way through its ranges, from a place on: all up to `reached` is known."""

    def __init__(self, search: Search, ranges: Sequence[Range], start: str, size: int) -> None:
        self.is_spent = False
        self._search, self._ranges, self._size = search, list(ranges), size
        self._start = self._reached = start
        self._waves = 0
        # Rows that passed, of which nobody has asked yet whether they may be told.
        self._passed: deque[Item] = deque()
        # By key: an item may have rows of two editions, of which one is read.
        self._pool: dict[str, Pointer] = {}

    async def take(self, most: int) -> tuple[list[Pointer], str | None]:
        """The next rows, and fewer than `most` only at the end, or where the work is done.

        Then with the place up to which these are all, from where to go on.
        """
        await self._look(most)
        while self._ranges and len(self._pool) < most:
            if self.is_spent and self._search.order.is_before(self._start, self._reached):
                return self._out(most), self._reached
            await self._wave(most)
            await self._look(most)
        return self._out(most), None

    async def _look(self, most: int) -> None:
        """Move on what may be told, until that is enough."""
        sight = self._search.sight
        while self._passed and len(self._pool) < most:
            count = min(most, len(self._passed))
            some = pointers_of(self._passed.popleft() for _ in range(count))
            await sight.look(some)
            self._pool |= {one.key: one for one in some if sight.shows(one)}

    def _out(self, most: int) -> list[Pointer]:
        return [self._pool.pop(key) for key in list(islice(self._pool, most))]

    async def _wave(self, most: int) -> None:
        """What follows; each time twice as much."""
        search = self._search
        left = search.budget.rows
        size = min(self._size, left) if left > 0 else self._size
        found, rest = await search.table.merge(
            self._ranges, forward=search.order.newest_first, limit=size
        )
        passes = search.sieve.passes
        self._passed += [row for row in found if passes(row["box"], row["end"])]
        self._ranges = rest
        if rest:
            # By one read whose all these are, as far as they are needed.
            needed = [*islice(self._passed, most), found[-1]]
            await search.sight.look(pointers_of(needed))
            await self._go_on(found)
        self._size = min(2 * self._size, MOST_ROWS)
        self._waves += 1
        is_spent = await search.budget.is_spent(len(found))
        self.is_spent = is_spent or self._waves >= search.max_waves

    async def _go_on(self, found: Sequence[Item]) -> None:
        """After these. All of one moment of a repository that may not be told of is left out."""
        sight, order, (last,) = self._search.sight, self._search.order, pointers_of(found[-1:])
        if sight.shows(last):
            self._reached = last.key
            return
        pointers = pointers_of(found)
        await sight.look(pointers)
        shown = [one.key for one in pointers if sight.shows(one)]
        self._reached = order.later(self._reached, order.before_all(last.rank), *shown[-1:])
        if sight.of(last) is None:
            name = f"{last.rank}#{last.repository_uid}" + ("$" if order.newest_first else "#")
            self._ranges = [one.after(name, forward=order.newest_first) for one in self._ranges]
