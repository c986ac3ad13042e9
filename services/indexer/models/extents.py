"""How far a repository's items reach, kept as least and greatest values alone.

Merging is a minimum and a maximum, so that any order of the items, and a rebuild, give the same. A
box across the antimeridian needs two views of the longitudes: cut at 180° (from -180 to 180) and
cut at 0° (from 0 to 360); the narrower one is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

WHOLE_TURN = 360.0
WORLD = [-180.0, -90.0, 180.0, 90.0]


@dataclass(frozen=True, slots=True)
class Extent:
    """Edges in space and time. Names in `low` are minima, those in `high` maxima.

    Times are RFC 3339 in UTC with whole seconds, which sort as text.
    """

    low_west: float
    low_south: float
    low_turned: float
    low_start: str
    high_east: float
    high_north: float
    high_turned: float
    high_end: str

    @classmethod
    def of(cls, bbox: Sequence[float], start: str, end: str = "") -> Self:
        """The extent of one item; `end` is empty for an instant."""
        west, south, east, north = bbox
        plain = (west, east) if west <= east else (-180.0, 180.0)
        low, high = _turned(west, east)
        return cls(plain[0], south, low, start, plain[1], north, high, end or start)

    @property
    def bbox(self) -> list[float]:
        """West, south, east, north; west > east where the items lie around the antimeridian."""
        west, east = self.low_west, self.high_east
        if self.high_turned - self.low_turned < east - west:
            west, east = _back(self.low_turned), _back(self.high_turned)
        return [west, self.low_south, east, self.high_north]

    @property
    def interval(self) -> list[str]:
        """First and last time."""
        return [self.low_start, self.high_end]


def _turned(west: float, east: float) -> tuple[float, float]:
    """The same edges from 0 to 360."""
    if west >= 0:
        return west, east if east >= west else east + WHOLE_TURN
    if east < 0 and west <= east:
        return west + WHOLE_TURN, east + WHOLE_TURN
    return 0.0, WHOLE_TURN


def _back(longitude: float) -> float:
    return longitude - WHOLE_TURN if longitude > 180 else longitude


def merged(one: Extent | None, other: Extent | None) -> Extent | None:
    """The extent of both together."""
    if one is None or other is None:
        return one or other
    edges = {
        field.name: (min if field.name.startswith("low") else max)(
            getattr(one, field.name), getattr(other, field.name)
        )
        for field in fields(Extent)
    }
    return Extent(**edges)


def is_at_edge(extent: Extent, item: Extent) -> bool:
    """Whether the extent may shrink when this item leaves: only then is it computed anew."""
    return any(getattr(extent, field.name) == getattr(item, field.name) for field in fields(Extent))
