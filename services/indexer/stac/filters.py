"""Which items a search is for: by where they lie, when, and what they say.

Shapes are compared on the plane of longitude and latitude, cut at the antimeridian, as GeoJSON has
them (RFC 7946 §3.1.9); borders belong to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import shapely
from shapely import Geometry

from services.indexer.settings import SearchSettings
from services.indexer.stac.cql2.comparisons import Condition
from services.indexer.stac.cql2.conditions import condition_of
from shared.contracts.indexer import SearchItems
from shared.errors import FieldError, Invalid

Item = Mapping[str, Any]

WHOLE_TURN = 360.0
# Whether polygons lie within each other is asked of each pair: 5,000 would hold us up for a minute.
MOST_POSITIONS = 2_000
VALID = "Valid Geometry"
SHAPES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What an item must meet: all of the shapes, the time between the two ends, the condition."""

    shapes: tuple[Geometry, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    condition: Condition | None = None

    def matches(self, item: Item) -> bool:
        """Whether the item is one of those."""
        return (
            self._is_when(item["properties"])
            and self._is_where(item["geometry"])
            and (self.condition is None or self.condition(item) is True)
        )

    def _is_when(self, said: Mapping[str, Any]) -> bool:
        if self.start is None and self.end is None:
            return True
        first = datetime.fromisoformat(said.get("start_datetime") or said["datetime"])
        last = datetime.fromisoformat(said.get("end_datetime") or said["datetime"])
        return (self.end is None or first <= self.end) and (
            self.start is None or last >= self.start
        )

    def _is_where(self, footprint: Mapping[str, Any] | None) -> bool:
        if not self.shapes:
            return True
        if footprint is None:
            return False
        there = shapely.from_geojson(orjson.dumps(footprint))
        if not there.is_valid:
            there = shapely.make_valid(there)
        return all(shape.intersects(there) for shape in self.shapes)


def filter_of(wanted: SearchItems, limits: SearchSettings) -> Filter:
    """What the request says. Invalid, with the field to blame, where a part of it is none."""
    shapes = []
    if wanted.bbox is not None:
        shapes.append(shape_of_box(wanted.bbox))
    if wanted.intersects is not None:
        shapes.append(shape_of(wanted.intersects))
    for shape in shapes:
        shapely.prepare(shape)
    condition = None if wanted.filter is None else condition_of(wanted.filter, limits)
    return Filter(tuple(shapes), wanted.start, wanted.end, condition)


def shape_of_box(bbox: Sequence[float]) -> Geometry:
    """A box of 4 or 6 numbers; two where it crosses 180°, a line or a point where it is flat."""
    half = len(bbox) // 2
    south, north = bbox[1], bbox[half + 1]
    parts = [_rectangle(west, south, east, north) for west, east in _spans(bbox[0], bbox[half])]
    return parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts)


def _spans(west: float, east: float) -> list[tuple[float, float]]:
    """The same longitudes from -180 to 180; `east` may be beyond 180, or west of `west`."""
    if west > east:
        east += WHOLE_TURN
    if east - west >= WHOLE_TURN:
        return [(-180.0, 180.0)]
    if not -180 <= west <= 180:
        shift = (west + 180) // WHOLE_TURN * WHOLE_TURN
        west, east = west - shift, east - shift
    return [(west, east)] if east <= 180 else [(west, 180.0), (-180.0, east - WHOLE_TURN)]


def _rectangle(west: float, south: float, east: float, north: float) -> Geometry:
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def shape_of(geometry: Mapping[str, Any]) -> Geometry:
    """A GeoJSON geometry, and not the feature around it. Raises Invalid."""
    if geometry.get("type") not in SHAPES:
        raise _invalid("must be a GeoJSON geometry")
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.GEOSException, TypeError):
        raise _invalid("must be a GeoJSON geometry with all its coordinates") from None
    if shape.is_empty:
        raise _invalid("has no coordinates")
    if shapely.get_num_coordinates(shape) > MOST_POSITIONS:
        raise _invalid(f"has more than {MOST_POSITIONS:,} positions; use a simpler shape")
    reason = shapely.is_valid_reason(shape)
    if reason != VALID:
        raise _invalid(f"is not a valid shape: {reason}")
    return shape


def _invalid(message: str) -> Invalid:
    errors = [FieldError(field="intersects", message=message)]
    return Invalid(f"intersects: {message}", errors=errors)
