"""Shapes as far as a sketch needs them: points, lines and rings of two coordinates."""

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from services.indexer.extractors.facts import Malformed

Kind = Literal["point", "line", "ring"]
Shape = tuple[Kind, Sequence[Sequence[float]]]
# So much is read of a file for its sketch, from where its shapes begin.
SKETCH_BYTES = 4 * 1024 * 1024
MAX_NESTING = 8

# What the coordinates of each type of GeoJSON are lists of, and how deep these lie.
KINDS: dict[str, tuple[Kind, int | None]] = {
    "Point": ("point", 0), "MultiPoint": ("point", 1), "LineString": ("line", 0),
    "MultiLineString": ("line", 1), "Polygon": ("ring", 1), "MultiPolygon": ("ring", 2),
}  # fmt: skip
# Well-known binary (OGC 06-103r4 §8): the codes of types, of which thousands and high bits tell
# whether there are heights, measures and a coordinate system.
POINT, LINE, POLYGON, COLLECTIONS = 1, 2, 3, frozenset({4, 5, 6, 7})
HAS_Z, HAS_M, HAS_SRID = 0x80000000, 0x40000000, 0x20000000


def of_geojson(geometry: Any, nesting: int = 0) -> Iterator[Shape]:  # noqa: ANN401 -- a stranger's
    """Of a geometry of RFC 7946, or of null. Raises whatever nonsense leads to."""
    if geometry is None or nesting > MAX_NESTING:
        return
    for one in geometry.get("geometries", ()):
        yield from of_geojson(one, nesting + 1)
    kind, depth = KINDS.get(geometry["type"], ("line", None))
    if depth is not None:
        for inner in _within(geometry["coordinates"], depth):
            yield kind, [inner] if kind == "point" else inner


def _within(coordinates: Any, depth: int) -> Iterator[Any]:  # noqa: ANN401 -- a stranger's
    """What lies so many lists deep."""
    if not depth:
        yield coordinates
        return
    for one in coordinates:
        yield from _within(one, depth - 1)


def of_wkb(data: bytes) -> list[Shape]:
    """Of a geometry in well-known binary. Raises Malformed."""
    try:
        return _Wkb(data).geometry()
    except struct.error as error:
        raise Malformed("One of its geometries ends too early.") from error


class _Wkb:
    """Read from its start to its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def geometry(self, nesting: int = 0) -> list[Shape]:
        """The next one, and all within."""
        order = "<" if self._take("B")[0] else ">"
        (code,) = self._take(order + "I")
        if code & HAS_SRID:
            self._take(order + "I")
        kind, more = code & 0xFF if code > 0xFFFF else code % 1000, code & 0xFFFF
        width = 2 + bool(code & HAS_Z) + bool(code & HAS_M) + (0, 1, 1, 2)[min(more // 1000, 3)]
        if kind == POINT:
            return [("point", [self._take(f"{order}{width}d")])]
        (many,) = self._take(order + "I")
        if kind == LINE:
            return [("line", self._points(order, many, width))]
        if kind == POLYGON:
            rings = (self._take(order + "I")[0] for _ in range(many))
            return [("ring", self._points(order, length, width)) for length in rings]
        if kind not in COLLECTIONS or nesting > MAX_NESTING:
            raise Malformed(f"One of its geometries is of the unknown type {code}.")
        return [shape for _ in range(many) for shape in self.geometry(nesting + 1)]

    def _points(self, order: str, many: int, width: int) -> list[tuple[float, ...]]:
        form = struct.Struct(f"{order}{width}d")
        data = self._data[self._place : self._place + many * form.size]
        self._place += many * form.size
        if len(data) < many * form.size:
            raise Malformed("One of its geometries ends too early.")
        return list(form.iter_unpack(data))

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._place)
        self._place += struct.calcsize(form)
        return found
