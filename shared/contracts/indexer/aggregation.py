"""Items in figures: how many there are, and how they are spread over time, place, collections."""

from typing import Literal

from pydantic import BaseModel, Field

from shared.contracts.indexer.indexer import IndexerRequest, ItemFilter

AggregationName = Literal[
    "total_count",
    "collection_frequency",
    "datetime_min",
    "datetime_max",
    "datetime_frequency",
    "centroid_geohash_grid_frequency",
]
Interval = Literal["year", "month", "day"]
MOST_PRECISE = 6


class Bucket(BaseModel):
    """How many items have something in common: an id, a stretch of time, a cell."""

    key: str
    frequency: int


class Aggregation(BaseModel):
    """One figure: a `value`, or `buckets`; `overflow` is how many items are in none of these.

    `interval` says how long the buckets of times are.
    """

    name: AggregationName
    value: int | str | None = None
    buckets: list[Bucket] | None = None
    overflow: int = 0
    interval: Interval | None = None


class Aggregations(BaseModel):
    """In the order asked for."""

    aggregations: list[Aggregation]


class AggregateItems(ItemFilter, IndexerRequest[Aggregations]):
    """Figures of items. Invalid where more would have to be looked at than one call does.

    The number of all items, their collections, first and last moment need no looking. Of an
    interval its start is counted. Without `interval` it is chosen by how long all of it is.
    `precision` is the length of geohashes, of the middle of each item's box.
    """

    names: list[AggregationName] = Field(min_length=1, max_length=20)
    interval: Interval | None = None
    precision: int = Field(default=3, ge=1, le=MOST_PRECISE)
