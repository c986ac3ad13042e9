"""The first hundred bytes of a .shp: how long it is, what shapes it holds, and where."""

import struct
from dataclasses import dataclass
from math import isfinite

from services.indexer.extractors import words
from services.indexer.extractors.earth import Box
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile

# Length of the file in words of 16 bits, the version, the type of shape, the bounds.
LENGTH, REST = struct.Struct(">I"), struct.Struct("<II4d")
LENGTH_PLACE, SIZE = 24, 100
VERSION = 1000
SHAPES = {0: "Null", 1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint", 31: "MultiPatch"}
# The same shapes with heights, and with measures.
SHAPES |= {code + 10: f"{SHAPES[code]} Z" for code in (1, 3, 5, 8)}
SHAPES |= {code + 20: f"{SHAPES[code]} M" for code in (1, 3, 5, 8)}


@dataclass(frozen=True, slots=True)
class Header:
    """`bounds` is None where they are no numbers, as of a Shapefile without shapes."""

    geometry: str
    bounds: Box | None


def read_header(file: SparseFile) -> Header:
    """Raises Malformed where it is cut off or not as ESRI has it."""
    start = file.read(0, SIZE)
    (length,) = LENGTH.unpack_from(start, LENGTH_PLACE)
    version, shape, *edges = REST.unpack_from(start, LENGTH_PLACE + LENGTH.size)
    if version != VERSION:
        raise Malformed(f"It is a Shapefile of the unknown version {version}.")
    if shape not in SHAPES:
        raise Malformed(f"It holds shapes of the unknown type {shape}.")
    if length * 2 > file.size:
        raise Malformed(f"It ends too early: its header tells of {words.size(length * 2)}.")
    return Header(SHAPES[shape], _bounds(edges))


def _bounds(edges: list[float]) -> Box | None:
    west, south, east, north = edges
    if not all(map(isfinite, edges)) or west > east or south > north:
        return None
    return west, south, east, north
