"""The index of items by place and time: rows that lead to an item, the newest first.

Families of partitions stand side by side: one for each house, with the items of all collections,
and one for each edition, with its own. In each there are partitions for what lies in a cell of the
grid (models.cells), and one or some for everything. What lasts long stands in partitions of its
own: a search by time looks back no further than an item of the others can last.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from zlib import crc32

from services.indexer.models.boxes import Box, parts_of
from services.indexer.models.cells import places_for, places_of
from services.indexer.models.counted import CountedItem
from services.indexer.models.editions import Edition
from services.indexer.models.houses import HOUSES, House
from services.indexer.models.placed import DIGITS, MICROSECOND, Placed, placed_at, rank_of
from shared.tables import Action, Delete, Item, Put

# By how long items last: what names a month is among the short ones.
SHORT, LONG = "short", "long"
LONGEST_OF_SHORT = timedelta(days=32) // MICROSECOND
EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Family:
    """`levels` of the grid, and over how many partitions everything is spread."""

    name: str
    levels: tuple[int, ...]
    shards: int

    def places_of(self, item_id: str, placed: Placed) -> Iterator[str]:
        """Where an item is written."""
        span = SHORT if placed.end - placed.start <= LONGEST_OF_SHORT else LONG
        yield self._place(span, EVERYTHING, crc32(item_id.encode()) % self.shards)
        for place in places_of(parts_of(placed.box), self.levels):
            yield self._place(span, place)

    def spans_for(self, parts: Sequence[Box] | None) -> list[tuple[str, bool]]:
        """Where all is that lies in the boxes, or all there is; each with whether it is short."""
        places = places_for(parts, self.levels) if parts is not None else None
        spans = (SHORT, LONG)
        if places is None:
            return [
                (self._place(span, EVERYTHING, shard), span == SHORT)
                for span in spans
                for shard in range(self.shards)
            ]
        return [(self._place(span, place), span == SHORT) for span in spans for place in places]

    def _place(self, span: str, place: str, shard: int = 0) -> str:
        return f"CELL#{self.name}#{span}#{place}#{shard}"


# A partition takes a thousand writes a second in DynamoDB, and everything is in everything's.
FAMILIES: dict[House, Family] = {one: Family(one, (3, 6, 8), 4) for one in HOUSES}


def family_of(edition: Edition) -> Family:
    """Of the items of one collection."""
    return Family(str(edition), (6,), 1)


class Pointer(NamedTuple):
    """A row: `key` is its place in the order of all items, whatever the edition."""

    key: str
    repository_uid: str
    item_id: str
    number: int

    @property
    def rank(self) -> str:
        """Of its start."""
        return self.key[:DIGITS]

    @property
    def edition(self) -> Edition:
        """Where the item is kept."""
        return Edition(self.repository_uid, self.number)


def put_cells(
    edition: Edition, counted: CountedItem, house: House, before: CountedItem | None
) -> list[Action]:
    """The rows of an item, in place of all that there may be of what it was before."""
    rows = _rows(edition, counted, (house,))
    gone = _rows(edition, before, HOUSES).keys() - rows.keys() if before else ()
    return [*map(Put, rows.values()), *(Delete(*place) for place in sorted(gone))]


def remove_cells(edition: Edition, counted: CountedItem) -> list[Action]:
    """No row of it is left."""
    return [Delete(*place) for place in cells_of(edition, counted)]


def cells_of(edition: Edition, counted: CountedItem) -> list[tuple[str, str]]:
    """Where there may be rows of it."""
    return list(_rows(edition, counted, HOUSES))


def _rows(
    edition: Edition, counted: CountedItem, houses: Sequence[House]
) -> dict[tuple[str, str], Item]:
    placed, item_id = counted.placed or _assumed(counted), counted.item_id
    sk = f"{rank_of(placed.start)}#{edition.repository_uid}#{item_id}#{edition.number}"
    box = list(placed.box) if placed.box else None
    said: dict[str, Any] = {"sk": sk, "box": box, "end": placed.end}
    families = [family_of(edition), *(FAMILIES[house] for house in houses)]
    places = [place for family in families for place in family.places_of(item_id, placed)]
    return {(pk, sk): {"pk": pk, **said} for pk in places}


def _assumed(counted: CountedItem) -> Placed:
    """Of an item from before there was an index, as far as it is known."""
    start, end = counted.extent.interval if counted.extent else ("", "")
    return placed_at(counted.bbox, start, end)


def pointers_of(rows: Iterable[Item]) -> list[Pointer]:
    """What rows say."""
    return [_pointer(row["sk"]) for row in rows]


def _pointer(sk: str) -> Pointer:
    key, _, number = sk.rpartition("#")
    _, repository_uid, item_id = key.split("#", 2)
    return Pointer(key, repository_uid, item_id, int(number))
