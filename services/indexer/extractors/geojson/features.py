"""One pass over features: their kinds of geometry, their properties, where and when they are."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from services.indexer.extractors.columns import JSON_KINDS, ColumnKinds
from services.indexer.extractors.earth import Box, Span, bounding_box, place_of_box
from services.indexer.extractors.facts import Malformed, Moment, Place
from services.indexer.extractors.moments import is_temporal_name, moment_of, parse_iso

# How deep the coordinates of each type are nested; a polygon is as wide as its first ring.
DEPTHS = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
COLLECTION = "GeometryCollection"
MAX_NESTING = 8


class Survey:
    """What was seen so far. `add` raises Malformed at the first geometry that is none."""

    def __init__(self) -> None:
        self.count = 0
        self.types: Counter[str] = Counter()
        self.properties = ColumnKinds()
        self._spans: list[Span] = []
        self._latitudes: list[float] = []
        self._times: dict[str, list[datetime | None]] = {}

    def add(self, feature: dict[str, Any]) -> None:
        """One feature."""
        self.count += 1
        self.add_geometry(feature.get("geometry"))
        properties = feature.get("properties")
        for name, value in properties.items() if isinstance(properties, dict) else ():
            self.properties.see(name, JSON_KINDS.get(type(value), ""))
            if isinstance(value, str) and is_temporal_name(name):
                self._times.setdefault(name, []).append(parse_iso(value))

    def add_geometry(self, geometry: object, nesting: int = 0) -> None:
        """A geometry, or null for a feature that is nowhere."""
        if geometry is None:
            return
        if not isinstance(geometry, dict) or nesting > MAX_NESTING:
            raise Malformed("One of its geometries is not a GeoJSON object.")
        kind = geometry.get("type")
        if kind == COLLECTION:
            for member in geometry.get("geometries") or ():
                self.add_geometry(member, nesting + 1)
        elif kind in DEPTHS:
            self._measure(str(kind), geometry.get("coordinates"))
        else:
            raise Malformed(f"One of its geometries is of the unknown type {str(kind)[:40]!r}.")
        if not nesting:
            self.types[str(kind)] += 1

    def _measure(self, kind: str, coordinates: object) -> None:
        try:
            for points in _parts(kind, coordinates):
                if points:
                    xs, ys = [point[0] for point in points], [point[1] for point in points]
                    self._spans.append((min(xs) + 0.0, max(xs) + 0.0))
                    self._latitudes += (min(ys) + 0.0, max(ys) + 0.0)
        except (TypeError, KeyError, IndexError) as error:
            raise Malformed(f"The coordinates of a {kind} are not pairs of numbers.") from error

    def bounds(self) -> Box | None:
        """Least and greatest x and y, whatever their system."""
        if not self._spans:
            return None
        west, east = min(span[0] for span in self._spans), max(span[1] for span in self._spans)
        return west, min(self._latitudes), east, max(self._latitudes)

    def place(self) -> Place | None:
        """The narrowest box, if coordinates are degrees."""
        if not self._spans:
            return None
        return place_of_box(*bounding_box(self._spans, self._latitudes))

    def moment(self) -> Moment | None:
        """From the first property that is a time by name and, throughout, by value."""
        for name, times in self._times.items():
            known = [time for time in times if time is not None]
            if len(known) == len(times):
                return moment_of(known, f"from the property {name}")
        return None


def _parts(kind: str, coordinates: Any) -> Iterator[Any]:  # noqa: ANN401  (a stranger's JSON)
    """Lists of points that belong together: a line, a polygon's outline, each point of many."""
    if kind == "Point":
        yield [coordinates] if coordinates else []
    elif kind == "MultiPoint":
        yield from ([point] for point in coordinates)
    elif kind == "LineString":
        yield coordinates
    elif kind == "MultiLineString":
        yield from coordinates
    elif kind == "Polygon":
        yield coordinates[0] if coordinates else []
    else:
        yield from (polygon[0] for polygon in coordinates if polygon)


def survey(features: Iterable[object]) -> Survey:
    """All of them. Raises Malformed where one is no feature."""
    found = Survey()
    for feature in features:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise Malformed(f"Its member {found.count + 1:,} is not a feature.")
        found.add(feature)
    return found


def record_of(feature: dict[str, Any]) -> dict[str, Any]:
    """Its properties, and the type of its geometry, as a row of a table."""
    properties, geometry = feature.get("properties"), feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    return {**(properties if isinstance(properties, dict) else {}), "geometry": kind}
