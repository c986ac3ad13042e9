"""Shapes on the plane of longitude and latitude, cut at the antimeridian (RFC 7946 §3.1.9)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import shapely
from shapely import Geometry

from services.indexer.models.boxes import Box
from shared.fields import invalid

WHOLE_TURN, HALF_TURN, POLE = 360.0, 180.0, 90.0
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


def shape_of_box(bbox: Sequence[float]) -> Geometry:
    """A box of 4 or 6 numbers; two where it crosses 180°, a line or a point where it is flat."""
    parts = [_rectangle(*box) for box in boxes_of(bbox)]
    return parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts)


def boxes_of(bbox: Sequence[float]) -> list[Box]:
    """The same as boxes from -180 to 180: one, or two where it crosses 180°."""
    half = len(bbox) // 2
    south, north = bbox[1], bbox[half + 1]
    return [(west, south, east, north) for west, east in spans(bbox[0], bbox[half])]


def spans(west: float, east: float) -> list[tuple[float, float]]:
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


def footprint_of(geometry: Mapping[str, Any] | None) -> Geometry | None:
    """Where an item lies, as it can be compared."""
    if geometry is None:
        return None
    there = shapely.from_geojson(orjson.dumps(geometry))
    return there if there.is_valid else shapely.make_valid(there)


def shape_of(geometry: Mapping[str, Any], field: str) -> Geometry:
    """A GeoJSON geometry, and not the feature around it. Invalid, with the field to blame."""
    try:
        shape = _shape(geometry)
    except ValueError as error:
        raise invalid(field, str(error)) from None
    reason = shapely.is_valid_reason(shape)
    if reason != VALID:
        raise invalid(field, f"is not a valid shape: {reason}")
    if max(map(abs, shape.bounds)) > WHOLE_TURN:
        raise invalid(field, "must be in degrees of longitude and latitude")
    return shape


def _shape(geometry: Mapping[str, Any]) -> Geometry:
    """ValueError says why there is none, or none that may be compared to others."""
    if geometry.get("type") not in SHAPES:
        raise ValueError("must be a GeoJSON geometry")
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry))
    except (shapely.GEOSException, TypeError):
        raise ValueError("must be a GeoJSON geometry with all its coordinates") from None
    if shape.is_empty:
        raise ValueError("has no coordinates")
    if shapely.get_num_coordinates(shape) > MOST_POSITIONS:
        raise ValueError(f"has more than {MOST_POSITIONS:,} positions; use a simpler shape")
    return shape


def must_be_comparable(item: Mapping[str, Any]) -> None:
    """ValueError says what keeps an item from being compared to others by where it is.

    A footprint that crosses itself is none: it is mended whenever it is compared.
    """
    if item["geometry"] is None:
        return
    try:
        west, south, east, north = _shape(item["geometry"]).bounds
    except ValueError as error:
        raise ValueError(f"geometry: {error}") from None
    if max(abs(south), abs(north)) > POLE:
        raise ValueError("geometry: goes beyond a pole; are its axes longitude, latitude?")
    if max(abs(west), abs(east)) > WHOLE_TURN:
        raise ValueError("geometry: is not in degrees of longitude and latitude")
    bbox = item["bbox"]
    west, south, east, north = (bbox[place] for place in (0, 1, len(bbox) // 2, len(bbox) // 2 + 1))
    if max(abs(south), abs(north)) > POLE or max(abs(west), abs(east)) > HALF_TURN:
        raise ValueError("bbox: is not in degrees of longitude and latitude")
    if south > north:
        raise ValueError("bbox: has its south above its north")
