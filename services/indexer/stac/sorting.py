"""In which order items are told: by what they say, then by their collection and id.

Numbers and times come before texts, and what is not said comes last, whichever way it is sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.indexer.stac.cql2.values import Item, value_of
from shared.contracts.indexer import SortField

# A cursor holds what the last item was sorted by: of a text so many bytes are looked at.
LONGEST = 100
START, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
NUMBER, TEXT, UNSAID = 0, 1, 2
# The rank of its kind, and what is compared among those of one rank.
Key = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Falling:
    """Before another one if it is greater."""

    value: Any

    def __lt__(self, other: "Falling") -> bool:
        return bool(other.value < self.value)


def keys_of(item: Item, sort: Sequence[SortField]) -> tuple[Key, ...]:
    """What an item is sorted by, as JSON can hold it."""
    return tuple(_key(value_of(item, one.field)) for one in sort)


def order_of(keys: Sequence[Key], sort: Sequence[SortField]) -> tuple[Any, ...]:
    """The same as Python sorts it."""
    pairs = zip(keys, sort, strict=True)
    return tuple(
        (rank, Falling(value) if field.descending else value) for (rank, value), field in pairs
    )


def _key(value: object) -> Key:
    if isinstance(value, datetime):
        return NUMBER, (value - START) // MICROSECOND
    if isinstance(value, bool | int | float):
        return NUMBER, int(value) if isinstance(value, bool) else value
    if isinstance(value, str):
        return TEXT, value.encode("utf-8", "replace")[:LONGEST].decode("utf-8", "ignore")
    return UNSAID, 0
