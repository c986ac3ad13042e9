"""The topology itself: arcs, put together to the geometries of GeoJSON (TopoJSON 1.0 §2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.geojson.document import BOM
from services.indexer.extractors.sparse_file import SparseFile

TYPE = "Topology"
COLLECTION = "GeometryCollection"
POINTS = frozenset({"Point", "MultiPoint"})
# How deep the lists of arcs of each type are nested.
DEPTHS = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
MAX_NESTING = 8
# An arc may be used again and again, so that a small file could stand for any number of points.
MOST_POINTS = 4_000_000

Position = tuple[float, ...]
Feature = dict[str, Any]


@dataclass(slots=True)
class Transform:
    """What makes coordinates of the whole numbers of a quantized topology."""

    scale: tuple[float, float]
    translate: tuple[float, float]

    def position(self, x: float, y: float) -> Position:
        """In coordinates."""
        return x * self.scale[0] + self.translate[0], y * self.scale[1] + self.translate[1]


@dataclass(slots=True)
class Topology:
    """Named objects, each a geometry or a collection of them, and what their lines are made of."""

    objects: dict[str, Any]
    arcs: list[list[Position]]
    transform: Transform | None
    points_left: int = MOST_POINTS

    def features(self, name: str) -> Iterator[Feature]:
        """Those of one object, as GeoJSON has them. Raises Malformed at one that is none."""
        found = self.objects[name]
        is_many = isinstance(found, dict) and found.get("type") == COLLECTION
        for one in found["geometries"] if is_many else [found]:
            properties = one.get("properties")
            yield {"type": "Feature", "properties": properties, "geometry": self._geometry(one)}

    def _geometry(self, one: dict[str, Any], nesting: int = 0) -> dict[str, Any] | None:
        kind = one.get("type")
        if kind is None:
            return None
        if kind == COLLECTION and nesting < MAX_NESTING:
            members = [self._geometry(member, nesting + 1) for member in one["geometries"]]
            return {"type": kind, "geometries": members}
        if kind in POINTS:
            return {"type": kind, "coordinates": self._points(one["coordinates"])}
        if kind in DEPTHS:
            return {"type": kind, "coordinates": self._lines(one["arcs"], DEPTHS[kind])}
        raise Malformed(f"One of its geometries is of the unknown type {str(kind)[:40]!r}.")

    def _points(self, coordinates: Any) -> Any:  # noqa: ANN401  (a stranger's JSON)
        """A point, or each of many."""
        if self.transform is None:
            return coordinates
        if coordinates and isinstance(coordinates[0], list):
            return [self.transform.position(*point[:2]) for point in coordinates]
        return self.transform.position(*coordinates[:2]) if coordinates else []

    def _lines(self, arcs: Any, depth: int) -> list[Any]:  # noqa: ANN401  (a stranger's JSON)
        if depth:
            return [self._lines(inner, depth - 1) for inner in arcs]
        line: list[Position] = []
        for number in arcs:
            # Where one ends the next begins, so that point is there twice.
            line += self._arc(number)[1 if line else 0 :]
        return line

    def _arc(self, number: int) -> list[Position]:
        """Of a number less than none the bits are turned, and so is the arc."""
        try:
            arc = self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
        except IndexError:
            raise Malformed(f"It has no arc {number}, of which a line is made.") from None
        self.points_left -= len(arc)
        if self.points_left < 0:
            raise Malformed(f"Its lines have more than {MOST_POINTS:,} points.")
        return arc


def read_topology(file: SparseFile) -> Topology | None:
    """None where it is too large to be read. Raises Malformed."""
    whole = file.whole()
    if whole is None:
        return None
    try:
        members = orjson.loads(whole.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise Malformed(f"It is not JSON: {error}") from error
    if not isinstance(members, dict) or members.get("type") != TYPE:
        raise Malformed(f"It is JSON, but not TopoJSON: its type is not {TYPE}.")
    objects, arcs = members.get("objects"), members.get("arcs")
    if not isinstance(objects, dict) or not isinstance(arcs, list):
        raise Malformed("It has no objects, or no arcs.")
    stated = members.get("transform")
    transform = Transform(stated["scale"], stated["translate"]) if stated is not None else None
    return Topology(objects, [_unpacked(arc, transform) for arc in arcs], transform)


def _unpacked(arc: Any, transform: Transform | None) -> list[Position]:  # noqa: ANN401
    """Each position of a quantized arc is told as the step from the one before."""
    if transform is None:
        return arc  # type: ignore[no-any-return]
    x = y = 0
    line = []
    for step in arc:
        x, y = x + step[0], y + step[1]
        line.append(transform.position(x, y))
    return line
