"""Whether two GeoJSON geometries share a point, on the plane of longitude and latitude.

They do if two of their edges meet, or if one lies inside the other: then a point of it does.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Edge = tuple[Point, Point]
Ring = list[Point]
Geometry = Mapping[str, Any]

DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
MOST_POINTS = 500


def check_geometry(geometry: object) -> Geometry:
    """The geometry itself. ValueError where it is none (RFC 7946 §3.1), or has too many points."""
    if not isinstance(geometry, dict):
        raise ValueError("must be a GeoJSON geometry")  # noqa: TRY004 -- one error for all faults
    for part in _parts(geometry):
        if part.get("type") not in DEPTHS:
            raise ValueError("must be a GeoJSON geometry")
        if any(len(ring) < 4 for polygon in _polygons(part) for ring in polygon):
            raise ValueError("has a ring of fewer than four points")
    if not 0 < sum(1 for _ in _points(geometry)) <= MOST_POINTS:
        raise ValueError(f"must have 1 to {MOST_POINTS} points")
    return geometry


def intersects(one: Geometry, other: Geometry) -> bool:
    """Whether they share a point; borders count."""
    edges, others = list(_edges(one)), list(_edges(other))
    if any(_meet(edge, with_edge) for edge in edges for with_edge in others):
        return True
    return _lies_in(one, other) or _lies_in(other, one)


def bounds(geometry: Geometry) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    xs, ys = zip(*_points(geometry), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _lies_in(one: Geometry, other: Geometry) -> bool:
    polygons = [polygon for part in _parts(other) for polygon in _polygons(part)]
    return any(_is_inside(point, polygon) for point in _points(one) for polygon in polygons)


def _is_inside(point: Point, polygon: list[Ring]) -> bool:
    """By the parity of borders crossed on the way east; holes change it back."""
    x, y = point
    inside = False
    for ring in polygon:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


def _meet(one: Edge, other: Edge) -> bool:
    """Whether two edges share a point; an edge of no length is a point."""
    (a, b), (c, d) = one, other
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = zip(turns, ((a, b, c), (a, b, d), (c, d, a), (c, d, b)), strict=True)
    return any(turn == 0 and _is_between(*three) for turn, three in ends)


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_between(a: Point, b: Point, c: Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _parts(geometry: Geometry) -> Iterator[Geometry]:
    """Collections inside of collections are no geometries here (RFC 7946 §3.1.8)."""
    if geometry.get("type") == "GeometryCollection":
        yield from geometry["geometries"]
    else:
        yield geometry


def _points(geometry: Geometry) -> Iterator[Point]:
    for part in _parts(geometry):
        for line in _lines(part):
            yield from line


def _edges(geometry: Geometry) -> Iterator[Edge]:
    for part in _parts(geometry):
        for line in _lines(part):
            if len(line) == 1 or part["type"].endswith("Point"):
                yield from ((point, point) for point in line)
            else:
                yield from pairwise(line)


def _polygons(part: Geometry) -> list[list[Ring]]:
    match part["type"]:
        case "Polygon":
            return [list(_lines(part))]
        case "MultiPolygon":
            return [[_line(ring) for ring in polygon] for polygon in part["coordinates"]]
        case _:
            return []


def _lines(part: Geometry) -> Iterator[Ring]:
    """Every list of points, however deep."""
    coordinates, depth = part["coordinates"], DEPTHS[part["type"]]
    level = [[coordinates]] if depth == 0 else [coordinates]
    for _ in range(depth - 1):
        level = [child for parent in level for child in parent]
    for line in level:
        yield _line(line)


def _line(positions: Any) -> Ring:  # noqa: ANN401
    return [(float(position[0]), float(position[1])) for position in positions]
