"""One pass over the elements of a KML document."""

from collections import Counter
from datetime import datetime
from math import isfinite

from services.indexer.extractors.columns import ColumnKinds, kind_of_text
from services.indexer.extractors.earth import Span, bounding_box, place_of_box
from services.indexer.extractors.facts import Malformed, Place
from services.indexer.extractors.moments import parse_iso

GEOMETRIES = frozenset({"Point", "LineString", "Polygon", "Model", "Track"})
TIMES = frozenset({"when", "begin", "end"})
COLUMNS = frozenset({"SimpleData", "Data"})
NAMED = frozenset({"kml", "Document", "Folder"})
EDGES = ("west", "south", "east", "north")
BOXES = frozenset({"LatLonBox", "LatLonAltBox"})
MAX_TEXT = 200


class Survey:
    """What was seen so far. `take` raises Malformed at the first coordinates that are none."""

    def __init__(self) -> None:
        self.placemarks = self.overlays = 0
        self.types: Counter[str] = Counter()
        self.columns = ColumnKinds()
        self.times: list[datetime] = []
        self.name = self._value = ""
        self._spans: list[Span] = []
        self._latitudes: list[float] = []
        self._edges: dict[str, float] = {}

    def take(self, path: list[str], attributes: dict[str, str], text: str) -> None:
        """One element."""
        name, parent = path[-1], path[-2] if len(path) > 1 else ""
        if name == "coordinates":
            self._add([_point(one.split(",")) for one in text.split()])
        elif name == "coord":
            self._add([_point(text.split())])
        elif parent in BOXES and name in EDGES:
            self._edges[name] = _number(text)
        elif name in BOXES:
            self._add_box(path)
        elif name in TIMES:
            moment = parse_iso(text)
            self.times += [moment] if moment else []
        else:
            self._count(name, parent, attributes, text)

    def _count(self, name: str, parent: str, attributes: dict[str, str], text: str) -> None:
        self.placemarks += name == "Placemark"
        self.overlays += name == "GroundOverlay"
        if name in GEOMETRIES:
            self.types[name] += 1
        elif name == "value":
            self._value = text
        elif name in COLUMNS and "name" in attributes:
            said = text if name == "SimpleData" else self._value
            self.columns.see(attributes["name"], kind_of_text(said))
        elif name == "name" and parent in NAMED and not self.name:
            self.name = text[:MAX_TEXT]

    def _add(self, points: list[tuple[float, float]]) -> None:
        """One line or ring, as wide as it is without going round the Earth."""
        if points:
            xs, ys = zip(*points, strict=True)
            self._spans.append((min(xs), max(xs)))
            self._latitudes += (min(ys), max(ys))

    def _add_box(self, path: list[str]) -> None:
        """Of an overlay; that of a region only says when something is shown."""
        edges, self._edges = self._edges, {}
        if "GroundOverlay" not in path or "Region" in path or len(edges) < len(EDGES):
            return
        west, east = edges["west"], edges["east"]
        self._spans.append((west, east if east >= west else east + 360))
        self._latitudes += (edges["south"], edges["north"])

    def place(self) -> Place | None:
        """Around all there is; None where nothing is anywhere."""
        if not self._spans:
            return None
        return place_of_box(*bounding_box(self._spans, self._latitudes))


def _point(parts: list[str]) -> tuple[float, float]:
    if len(parts) < 2:
        raise Malformed("Some of its coordinates are not longitude and latitude.")
    return _number(parts[0]), _number(parts[1])


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise Malformed(f"One of its coordinates is no number: {text[:40]!r}.")
    return found
