"""The shapes of a .shp, each a record with a length (ESRI 1998, p. 5-20)."""

import struct
from collections.abc import Iterator

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.shapefile.header import SIZE
from services.indexer.extractors.shapes import SKETCH_BYTES, Shape
from services.indexer.extractors.sparse_file import SparseFile

# Its number and its length in words of 16 bits; its type; how many parts and points behind a box.
RECORD, TYPE, COUNTS = struct.Struct(">II"), struct.Struct("<I"), struct.Struct("<36xII")
XY = struct.Struct("<2d")
POINT, LINE, POLYGON, POINTS = 1, 3, 5, 8
# After the box, how many points; then they.
MANY_PLACE = 36


def first_shapes(file: SparseFile) -> tuple[list[Shape], bool]:
    """Those that are whole within the first SKETCH_BYTES, and whether these are all.

    Raises Malformed, NeedBytes.
    """
    data = file.read(SIZE, min(SKETCH_BYTES, file.size - SIZE))
    try:
        return list(_shapes(data)), len(data) == file.size - SIZE
    except struct.error as error:
        raise Malformed("One of its shapes ends too early.") from error


def _shapes(data: bytes) -> Iterator[Shape]:
    place = 0
    while place + RECORD.size <= len(data):
        _, length = RECORD.unpack_from(data, place)
        place += RECORD.size
        record = data[place : place + 2 * length]
        if len(record) < 2 * length or not record:
            return
        yield from _shape(record)
        place += 2 * length


def _shape(record: bytes) -> Iterator[Shape]:
    """Heights and measures stand behind the points, and are left there."""
    kind = TYPE.unpack_from(record)[0] % 10
    if kind == POINT:
        yield "point", [XY.unpack_from(record, TYPE.size)]
    elif kind == POINTS:
        (many,) = TYPE.unpack_from(record, MANY_PLACE)
        yield from (("point", [one]) for one in _points(record, MANY_PLACE + TYPE.size, many))
    elif kind in {LINE, POLYGON}:
        parts, many = COUNTS.unpack_from(record)
        starts = struct.unpack_from(f"<{min(parts, len(record))}I", record, COUNTS.size)
        points = _points(record, COUNTS.size + 4 * parts, many)
        ends = (*starts[1:], many)
        if any(start > end for start, end in zip(starts, ends, strict=True)):
            # Nor may they have points in common: some bytes would be as many as one likes.
            raise Malformed("The parts of one of its shapes are out of order.")
        for start, end in zip(starts, ends, strict=True):
            yield ("line" if kind == LINE else "ring"), points[start:end]


def _points(record: bytes, place: int, many: int) -> list[tuple[float, float]]:
    data = record[place : place + many * XY.size]
    if len(data) < many * XY.size:
        raise Malformed("One of its shapes ends too early.")
    return list(XY.iter_unpack(data))
