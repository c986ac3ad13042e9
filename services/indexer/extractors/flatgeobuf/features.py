"""The first features of a FlatGeobuf (feature.fbs): behind its index, each with a length."""

import struct
from collections.abc import Iterator, Sequence

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.flatgeobuf.flatbuffer import FlatTable, root
from services.indexer.extractors.shapes import SKETCH_BYTES, Shape
from services.indexer.extractors.sparse_file import SparseFile

# A node of the index is a box of four doubles and where it leads to.
NODE_BYTES, SMALLEST_NODE = 40, 2
LENGTH, NUMBER = struct.Struct("<I"), struct.Struct("<H")
GEOMETRY, PROPERTIES = 0, 1
ENDS, XY, TYPE, PARTS = 0, 1, 6, 7
POINTS, LINES = frozenset({1, 4}), frozenset({2, 5})
MAX_PARTS = 10_000
# How the types of columns are written, by their numbers; those after these as bytes with a length.
FORMS = tuple(struct.Struct("<" + form) for form in "bB?hHiIqQfd")
TEXTS = frozenset({11, 12, 13})


def index_bytes(features: int, node_size: int) -> int:
    """How long the packed tree is that leads to so many features."""
    if not (features and node_size):
        return 0
    nodes, level = features, features
    while level > 1:
        level = -(-level // max(node_size, SMALLEST_NODE))
        nodes += level
    return nodes * NODE_BYTES


def first_features(file: SparseFile, start: int) -> list[FlatTable]:
    """Those that are whole within the first SKETCH_BYTES. Raises Malformed, NeedBytes."""
    data = file.read(start, max(0, min(SKETCH_BYTES, file.size - start)))
    return list(_features(data))


def _features(data: bytes) -> Iterator[FlatTable]:
    place = 0
    while place + LENGTH.size <= len(data):
        (length,) = LENGTH.unpack_from(data, place)
        place += LENGTH.size
        if place + length > len(data):
            return
        yield root(data[place : place + length])
        place += length


def row_of(feature: FlatTable, types: Sequence[int]) -> list[object]:
    """Its values in the order of the columns: only what is not null is there. Raises Malformed."""
    data, place = bytes(feature.numbers(PROPERTIES, "B")), 0
    values: list[object] = [None] * len(types)
    try:
        while place < len(data):
            (column,) = NUMBER.unpack_from(data, place)
            values[column], place = _value(data, place + NUMBER.size, types[column])
    except (struct.error, IndexError) as error:
        raise Malformed("The properties of a feature are not as its header says.") from error
    return values


def _value(data: bytes, place: int, kind: int) -> tuple[object, int]:
    """A value, and where the next begins."""
    if kind < len(FORMS):
        (number,) = FORMS[kind].unpack_from(data, place)
        return number, place + FORMS[kind].size
    (length,) = LENGTH.unpack_from(data, place)
    start, end = place + LENGTH.size, place + LENGTH.size + length
    if end > len(data):
        raise IndexError(end)
    value = data[start:end]
    return (value.decode("utf-8", "replace") if kind in TEXTS else value), end


def shapes_of(feature: FlatTable, kind: int) -> Iterator[Shape]:
    """Of a feature; `kind` is the type that all have, 0 where each says its own."""
    geometry = feature.table(GEOMETRY)
    if geometry is None:
        return
    parts, _ = geometry.tables(PARTS, MAX_PARTS)
    for one in parts or [geometry]:
        yield from _lines(one, int(one.scalar(TYPE, "B")) or kind)


def _lines(geometry: FlatTable, kind: int) -> Iterator[Shape]:
    numbers = geometry.numbers(XY, "d")
    points = list(zip(numbers[::2], numbers[1::2], strict=False))
    if kind in POINTS:
        yield from (("point", [point]) for point in points)
        return
    start = 0
    for end in geometry.numbers(ENDS, "I") or [len(points)]:
        yield ("line" if kind in LINES else "ring"), points[start:end]
        start = end
