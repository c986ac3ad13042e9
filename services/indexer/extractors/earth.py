"""Boxes and footprints on a round Earth: degrees of WGS 84, cut at the antimeridian.

RFC 7946: a box that crosses 180° has west > east (§5.2), a geometry is split there (§3.1.9).
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from services.indexer.extractors.facts import Malformed, Place

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Span = tuple[float, float]

# Below this a difference is rounding: 0.1 mm.
TOLERANCE = 1e-9
# Pixels that reach over an edge of a box around nearly the whole world do not cross anything.
WORLD_DEGREES, OVERSHOOT_DEGREES = 350.0, 1.0
LONGEST_DEGREES = 900.0
DIGITS = 7


def place_of_box(west: float, south: float, east: float, north: float) -> Place:
    """The place inside these edges; `east` may be beyond 180 or `west` > `east` to cross it.

    Raises Malformed where the numbers are no degrees of this Earth.
    """
    if east < west:
        east += 360
    bbox = bounding_box([(west, east)], [south, north])
    return Place(bbox, footprint_of_box(bbox))


def bounding_box(longitudes: Iterable[Span], latitudes: Sequence[float]) -> Box:
    """The narrowest box around spans of longitude (each west to east, any turn) and latitudes."""
    south, north = min(latitudes), max(latitudes)
    if not -91 <= south <= north <= 91:
        raise Malformed("Its coordinates are not degrees: a latitude is beyond the poles.")
    west, east = narrowest(longitudes)
    return west, max(south, -90.0), east, min(north, 90.0)


def narrowest(spans: Iterable[Span]) -> Span:
    """West and east of the shortest arc that holds all spans; west > east over 180°."""
    turned = sorted(_turn(west, east) for west, east in spans)
    if not turned:
        raise Malformed("It has no coordinates.")
    # The gap over 180° is looked at first, so that it wins where two are alike.
    furthest = max(east for _, east in turned)
    west, east = turned[0][0], furthest
    widest = west + 360 - furthest
    reach = max(turned[0][1], furthest - 360)
    for start, stop in turned[1:]:
        if start - reach > widest + TOLERANCE:
            widest, west, east = start - reach, start, reach + 360
        reach = max(reach, stop)
    return _tidy(west, east, 360 - widest)


def _turn(west: float, east: float) -> Span:
    """The same span with its west in [-180, 180)."""
    if not -LONGEST_DEGREES <= west <= east <= LONGEST_DEGREES:
        raise Malformed("Its coordinates are not degrees: a longitude is more than a turn away.")
    if east - west >= 360 - TOLERANCE:
        return -180.0, 180.0
    shift = (west + 180) // 360 * 360
    return west - shift, east - shift


def _tidy(west: float, east: float, width: float) -> Span:
    """Inside [-180, 180], and without crossing by a mere rounding or by half a pixel."""
    if width >= 360 - TOLERANCE:
        return -180.0, 180.0
    if east <= 180:
        return west, east
    overshoot = min(east - 180, 180 - west)
    if overshoot < TOLERANCE * 10 or (width > WORLD_DEGREES and overshoot < OVERSHOOT_DEGREES):
        return (west, 180.0) if east - 180 < 180 - west else (-180.0, east - 360)
    return west, east - 360


def footprint_of_box(bbox: Box) -> dict[str, Any]:
    """The box as a GeoJSON geometry: one polygon, or two where it crosses 180°.

    A box without an area is a point or a line.
    """
    west, south, east, north = bbox
    if west == east and south == north:
        return {"type": "Point", "coordinates": [west, south]}
    if west == east or south == north:
        return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    if west <= east:
        return _polygons([_rectangle(west, south, east, north)])
    return _polygons(
        [_rectangle(west, south, 180.0, north), _rectangle(-180.0, south, east, north)]
    )


def _rectangle(west: float, south: float, east: float, north: float) -> list[Point]:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def footprint_of_ring(ring: Sequence[Point], bbox: Box) -> dict[str, Any]:
    """The outline of a raster as a GeoJSON geometry; its box where it goes round a pole."""
    unwound = _unwind(ring)
    if abs(unwound[-1][0] - unwound[0][0]) > 180:
        return footprint_of_box(bbox)
    lowest = min(x for x, _ in unwound)
    shift = (lowest + 180) // 360 * 360
    turned = [(x - shift, y) for x, y in unwound]
    if max(x for x, _ in turned) <= 180 + TOLERANCE:
        return _polygons([turned])
    beyond = [(x - 360, y) for x, y in _clip(turned, keep_west=False)]
    return _polygons([piece for piece in (_clip(turned, keep_west=True), beyond) if len(piece) > 3])


def _unwind(ring: Sequence[Point]) -> list[Point]:
    """The ring without jumps of a whole turn from one point to the next."""
    unwound = [ring[0]]
    for x, y in ring[1:]:
        before = unwound[-1][0]
        unwound.append((x - round((x - before) / 360) * 360, y))
    return unwound


def _clip(ring: Sequence[Point], *, keep_west: bool) -> list[Point]:
    """The part on one side of 180° (Sutherland and Hodgman, one edge)."""
    kept: list[Point] = []
    for (x0, y0), (x1, y1) in pairwise(ring):
        inside = (x0 <= 180) == keep_west
        if inside:
            kept.append((x0, y0))
        if inside != ((x1 <= 180) == keep_west):
            kept.append((180.0, y0 + (y1 - y0) * (180 - x0) / (x1 - x0)))
    if kept and kept[0] != kept[-1]:
        kept.append(kept[0])
    return kept


def _polygons(rings: Sequence[Sequence[Point]]) -> dict[str, Any]:
    """A Polygon, or a MultiPolygon of several; to about a centimetre, anticlockwise."""
    rounded = [[[round(x, DIGITS), round(y, DIGITS)] for x, y in _left(ring)] for ring in rings]
    if len(rounded) == 1:
        return {"type": "Polygon", "coordinates": rounded}
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rounded]}


def _left(ring: Sequence[Point]) -> Sequence[Point]:
    """Anticlockwise, as RFC 7946 §3.1.6 wants an outline."""
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))
    return ring if area >= 0 else ring[::-1]
