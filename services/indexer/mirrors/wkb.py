"""Geometries of GeoJSON (RFC 7946) as well-known binary, with ISO's numbers for heights."""

import struct
from collections.abc import Sequence
from typing import Any

Geometry = dict[str, Any]
Position = Sequence[float]

POINT, LINE, POLYGON = 1, 2, 3
MULTIPLE = {"MultiPoint": (4, "Point"), "MultiLineString": (5, "LineString")}
MULTIPLE |= {"MultiPolygon": (6, "Polygon")}
COLLECTION = 7
HEIGHT = 1000
NAN = float("nan")


def has_heights(geometry: Geometry) -> bool:
    """Whether its first position has one."""
    if geometry["type"] == "GeometryCollection":
        return any(has_heights(one) for one in geometry["geometries"])
    first: Any = geometry["coordinates"]
    while first and isinstance(first[0], list):
        first = first[0]
    return len(first) > 2


def wkb_of(geometry: Geometry) -> bytes:
    """In the order of bytes of this century's machines. Raises as what is no geometry does."""
    return _written(geometry, heights=has_heights(geometry))


def _written(geometry: Geometry, *, heights: bool) -> bytes:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return _several(COLLECTION, geometry["geometries"], heights=heights)
    inside = geometry["coordinates"]
    if kind in MULTIPLE:
        number, single = MULTIPLE[kind]
        parts = [{"type": single, "coordinates": one} for one in inside]
        return _several(number, parts, heights=heights)
    if kind == "Point":
        return _head(POINT, heights=heights) + _position(inside, heights=heights)
    if kind == "LineString":
        return _head(LINE, heights=heights) + _line(inside, heights=heights)
    rings = b"".join(_line(ring, heights=heights) for ring in inside)
    return _head(POLYGON, heights=heights) + struct.pack("<I", len(inside)) + rings


def _several(number: int, parts: Sequence[Geometry], *, heights: bool) -> bytes:
    inside = b"".join(_written(one, heights=heights) for one in parts)
    return _head(number, heights=heights) + struct.pack("<I", len(parts)) + inside


def _head(number: int, *, heights: bool) -> bytes:
    return struct.pack("<BI", 1, number + HEIGHT * heights)


def _line(positions: Sequence[Position], *, heights: bool) -> bytes:
    inside = b"".join(_position(one, heights=heights) for one in positions)
    return struct.pack("<I", len(positions)) + inside


def _position(position: Position, *, heights: bool) -> bytes:
    """An empty point is one of numbers that are none (OGC 12-128r19, clause 8.2)."""
    numbers = 3 if heights else 2
    return struct.pack(f"<{numbers}d", *[*position, NAN, NAN, NAN][:numbers])
