"""Items in figures: from what collections add up to if all are meant, else by looking at each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.indexer.models.geohash import geohash
from services.indexer.models.places import Place
from services.indexer.operations.asking import holdings_of
from services.indexer.operations.budget import Budget
from services.indexer.operations.looked import id_of
from services.indexer.operations.reaching import Collections
from services.indexer.operations.searching import looked_at
from services.indexer.settings import SearchSettings
from services.indexer.stac.cql2.values import value_of
from services.indexer.stac.filters import filter_of
from shared.contracts.indexer import (
    AggregateItems,
    Aggregation,
    AggregationName,
    Aggregations,
    Bucket,
    Interval,
)
from shared.contracts.repositories import Repository
from shared.fields import invalid
from shared.tables import Table

# What collections know of all their items.
KNOWN = frozenset(("total_count", "collection_frequency", "datetime_min", "datetime_max"))
CHUNK = 100
MOST_BUCKETS = 1_000
MOST_DAYS, MOST_MONTHS = 62, 62 * 30
LENGTHS: Mapping[Interval, int] = {"year": 4, "month": 7, "day": 10}
FIRST_DAY = "0001-01-01"


@dataclass(slots=True)
class Figures:
    """What was counted: moments by the day they are on, cells by their names."""

    collections: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""
    days: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    placeless: int = 0

    def reach(self, first: str, last: str) -> None:
        """Something lasts from one moment to the other (RFC 3339 in UTC, whole seconds)."""
        self.first = min(self.first or first, first)
        self.last = max(self.last, last)


async def aggregate_items(
    table: Table, wanted: AggregateItems, collections: Collections, *, limits: SearchSettings
) -> Aggregations:
    """The figures asked for. `collections` gives those who asks may read by id, from an id on."""
    if wanted.is_of_all and KNOWN.issuperset(wanted.names):
        figures = await _sums(table, collections, limits)
    else:
        figures = await _counted(table, wanted, collections, limits)
    names = dict.fromkeys(wanted.names)
    return Aggregations(aggregations=[_told(name, figures, wanted) for name in names])


async def _sums(table: Table, collections: Collections, limits: SearchSettings) -> Figures:
    """From what the collections add up to."""
    figures, chunk = Figures(), list[Repository]()
    budget = Budget(limits.max_rows, limits.max_seconds)
    async with aclosing(collections("")) as repositories:
        async for repository in repositories:
            chunk.append(repository)
            if len(chunk) == CHUNK:
                await _add(table, figures, chunk)
                chunk = []
            if await budget.is_spent():
                raise _too_many("collections")
    await _add(table, figures, chunk)
    return figures


async def _add(table: Table, figures: Figures, repositories: Sequence[Repository]) -> None:
    held = await holdings_of(table, repositories)
    for repository, holdings in zip(repositories, held, strict=True):
        figures.collections[id_of(repository)] = holdings.items
        if holdings.extent is not None:
            figures.reach(*holdings.extent.interval)


async def _counted(
    table: Table, wanted: AggregateItems, collections: Collections, limits: SearchSettings
) -> Figures:
    """By looking at each item."""
    figures, wanted_filter = Figures(), filter_of(wanted, limits)
    budget = Budget(limits.max_rows, limits.max_seconds)
    async with aclosing(looked_at(table, wanted.ids, collections, Place())) as places:
        async for looked in places:
            if looked.item is not None and wanted_filter.matches(looked.item):
                figures.collections[id_of(looked.repository)] += 1
                _count(figures, looked.item, wanted)
            if await budget.is_spent():
                raise _too_many("items")
    return figures


def _too_many(noun: str) -> Exception:
    return invalid("aggregations", f"cannot count so many {noun}; ask for fewer of them")


def _count(figures: Figures, item: Mapping[str, Any], wanted: AggregateItems) -> None:
    first = value_of(item, "start_datetime") or value_of(item, "datetime")
    last = value_of(item, "end_datetime") or value_of(item, "datetime")
    if isinstance(first, datetime) and isinstance(last, datetime):
        figures.reach(_second(first), _second(last))
        figures.days[first.astimezone(UTC).date().isoformat()] += 1
    bbox = item.get("bbox")
    if bbox and item["geometry"] is not None:
        figures.cells[geohash(*_middle(bbox), wanted.precision)] += 1
    else:
        figures.placeless += 1


def _second(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _middle(bbox: Sequence[float]) -> tuple[float, float]:
    """Longitude and latitude; also of a box over the antimeridian, and of one with heights."""
    half = len(bbox) // 2
    west, south, east, north = bbox[0], bbox[1], bbox[half], bbox[half + 1]
    longitude = (west + (east if west <= east else east + 360)) / 2
    return longitude if longitude <= 180 else longitude - 360, (south + north) / 2


def _told(name: AggregationName, figures: Figures, wanted: AggregateItems) -> Aggregation:
    match name:
        case "total_count":
            return Aggregation(name=name, value=figures.collections.total())
        case "datetime_min":
            return Aggregation(name=name, value=figures.first or None)
        case "datetime_max":
            return Aggregation(name=name, value=figures.last or None)
        case "collection_frequency":
            return _buckets(name, figures.collections)
        case "datetime_frequency":
            interval = wanted.interval or _interval(figures.days)
            told = _buckets(name, _by(interval, figures.days))
            return told.model_copy(update={"interval": interval})
        case "centroid_geohash_grid_frequency":
            return _buckets(name, figures.cells, figures.placeless)


def _buckets(name: AggregationName, counts: Counter[str], overflow: int = 0) -> Aggregation:
    """By their keys; of too many those with most items."""
    most = counts.most_common(MOST_BUCKETS)
    overflow += counts.total() - sum(count for _, count in most)
    buckets = [Bucket(key=key, frequency=count) for key, count in sorted(most) if count]
    return Aggregation(name=name, buckets=buckets, overflow=overflow)


def _interval(days: Counter[str]) -> Interval:
    """One that makes some dozens of buckets at the most, or years."""
    if not days:
        return "year"
    length = datetime.fromisoformat(max(days)) - datetime.fromisoformat(min(days))
    if length.days <= MOST_DAYS:
        return "day"
    return "month" if length.days <= MOST_MONTHS else "year"


def _by(interval: Interval, days: Counter[str]) -> Counter[str]:
    """Under the first moment of each stretch."""
    counts = Counter[str]()
    length = LENGTHS[interval]
    for day, count in days.items():
        counts[f"{day[:length]}{FIRST_DAY[length:]}T00:00:00Z"] += count
    return counts
