"""The first features of a FlatGeobuf (feature.fbs): behind its index, each with a length."""

import struct
from collections.abc import Iterator, Sequence
from itertools import islice

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.flatgeobuf.flatbuffer import root
from services.indexer.extractors.preview import MAX_ROWS
from services.indexer.extractors.sparse_file import SparseFile

# A node of the index is a box of four doubles and where it leads to.
NODE_BYTES, SMALLEST_NODE = 40, 2
LENGTH, NUMBER = struct.Struct("<I"), struct.Struct("<H")
PROPERTIES = 1
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


def first_rows(file: SparseFile, start: int, types: Sequence[int]) -> list[list[object]]:
    """Their values in the order of the columns. Raises Malformed, NeedBytes, OutOfBytes."""
    return [_row(data, types) for data in islice(_features(file, start), MAX_ROWS)]


def _features(file: SparseFile, place: int) -> Iterator[bytes]:
    while place < file.size:
        (length,) = LENGTH.unpack(file.read(place, LENGTH.size))
        place += LENGTH.size
        yield file.read(place, length)
        place += length


def _row(feature: bytes, types: Sequence[int]) -> list[object]:
    """Only what is not null is there, after the number of its column."""
    data, place = bytes(root(feature).numbers(PROPERTIES, "B")), 0
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
