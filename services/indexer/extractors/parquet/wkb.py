"""Geometries as well-known binary (OGC 06-103r4 §8), with ISO's or PostGIS's sign of heights."""

import struct
from typing import Any

from services.indexer.extractors.facts import Malformed

Geometry = dict[str, Any]

HEIGHT, MEASURE, SYSTEM = 0x80000000, 0x40000000, 0x20000000
POINT, LINE, POLYGON = 1, 2, 3
MULTIPLE = {4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}
COLLECTION = 7
# Each of these has a byte and a word before it, so that more nesting is no geometry of anybody's.
MAX_NESTING = 8


def geometry_of(wkb: bytes) -> Geometry:
    """As GeoJSON. Raises Malformed."""
    try:
        return _Reader(wkb).geometry(0)
    except struct.error as error:
        raise Malformed("One of its geometries ends too early.") from error


class _Reader:
    """Reads from a place on."""

    def __init__(self, wkb: bytes) -> None:
        self._wkb = wkb
        self._place = 0
        self._order = "<"
        self._numbers = 2

    def geometry(self, nesting: int) -> Geometry:
        """The next one."""
        if nesting > MAX_NESTING:
            raise Malformed("One of its geometries is nested too deeply.")
        kind = self._kind()
        if kind == POINT:
            return {"type": "Point", "coordinates": self._point()}
        if kind == LINE:
            return {"type": "LineString", "coordinates": self._points()}
        if kind == POLYGON:
            rings = [self._points() for _ in range(self._word())]
            return {"type": "Polygon", "coordinates": rings}
        members = [self.geometry(nesting + 1) for _ in range(self._word())]
        if kind == COLLECTION:
            return {"type": "GeometryCollection", "geometries": members}
        return {"type": MULTIPLE[kind], "coordinates": [one["coordinates"] for one in members]}

    def _kind(self) -> int:
        (order,) = self._read("B")
        self._order = "<" if order else ">"
        code = self._word()
        flags, plain = code & ~0xFFFFFFF, code & 0xFFFFFFF
        dimensions, kind = divmod(plain, 1000)
        if flags & SYSTEM:
            self._word()
        self._numbers = 2 + (dimensions in {1, 3} or bool(flags & HEIGHT))
        self._numbers += dimensions in {2, 3} or bool(flags & MEASURE)
        if not POINT <= kind <= COLLECTION:
            raise Malformed(f"One of its geometries is of the unknown type {code}.")
        return kind

    def _points(self) -> list[list[float]]:
        return [self._point() for _ in range(self._word())]

    def _point(self) -> list[float]:
        return list(self._read(f"{self._numbers}d"))[:3]

    def _word(self) -> int:
        (number,) = self._read("I")
        return int(number)

    def _read(self, form: str) -> tuple[Any, ...]:
        read = struct.unpack_from(self._order + form, self._wkb, self._place)
        self._place += struct.calcsize(self._order + form)
        return read
