"""The header of NetCDF classic, 64-bit offset and 64-bit data (the format's own grammar)."""

import struct
from dataclasses import dataclass
from typing import Any

from services.indexer.extractors.arrays.array import Attributes
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile

MAGIC = b"CDF"
VERSIONS = {1: ">I", 2: ">I", 5: ">Q"}
DIMENSION, VARIABLE, ATTRIBUTE = 10, 11, 12
# What each type is called and how `struct` reads it; type 2 is text.
TYPES = {
    1: ("int8", "b"), 2: ("char", "c"), 3: ("int16", "h"), 4: ("int32", "i"), 5: ("float32", "f"),
    6: ("float64", "d"), 7: ("uint8", "B"), 8: ("uint16", "H"), 9: ("uint32", "I"),
    10: ("int64", "q"), 11: ("uint64", "Q"),
}  # fmt: skip
TEXT = 2
# A hostile header may promise four thousand million of anything.
MAX_ENTRIES, LARGEST_ATTRIBUTE, LARGEST_NAME = 4096, 64 * 1024, 1024
STEP = 4096


@dataclass(frozen=True, slots=True)
class Variable:
    """An array: where its data begins, and the bytes of one record of it."""

    name: str
    dimensions: tuple[int, ...]
    attributes: Attributes
    type: int
    size: int
    begin: int


@dataclass(frozen=True, slots=True)
class Header:
    """Dimensions in the order in which variables name them; the length 0 is the records'."""

    version: int
    records: int
    dimensions: list[tuple[str, int]]
    attributes: Attributes
    variables: list[Variable]


class Cursor:
    """Reads on from where it is. Raises Malformed and NeedBytes as the file does."""

    def __init__(self, file: SparseFile, place: int, count: str) -> None:
        self._file, self._place = file, place
        self._count = struct.Struct(count)
        self._window, self._start = b"", 0

    def take(self, length: int) -> bytes:
        """The next bytes; what they are padded with to four is passed over."""
        at = self._place - self._start
        if at + length > len(self._window):
            room = min(max(length, STEP), self._file.size - self._place)
            self._window = self._file.read(self._place, max(room, length))
            self._start, at = self._place, 0
        self._place += -(-length // 4) * 4
        return self._window[at : at + length]

    def integer(self) -> int:
        """Four bytes."""
        return int.from_bytes(self.take(4), "big")

    def count(self) -> int:
        """A length: four bytes, or eight in 64-bit data."""
        return int(self._count.unpack(self.take(self._count.size))[0])

    def entries(self, tag: int) -> range:
        """The places of a list that begins with this tag."""
        found, many = self.integer(), self.count()
        if found not in {tag, 0} or (not found and many):
            raise Malformed("Its header is not as NetCDF has it.")
        if many > MAX_ENTRIES:
            raise Malformed(f"Its header tells of {many:,} things in one list.")
        return range(many)

    def name(self) -> str:
        """Text of a stated length."""
        length = self.count()
        if length > LARGEST_NAME:
            raise Malformed(f"One of its names is said to be {length:,} bytes long.")
        return self.take(length).decode("utf-8", "replace")


def read_header(file: SparseFile) -> Header:
    """Raises Malformed where it is not as the format has it."""
    version = file.read(len(MAGIC), 1)[0]
    if version not in VERSIONS:
        raise Malformed(f"It is NetCDF of the unknown version {version}.")
    cursor = Cursor(file, 4, VERSIONS[version])
    records = cursor.count()
    dimensions = [(cursor.name(), cursor.count()) for _ in cursor.entries(DIMENSION)]
    attributes = _attributes(cursor)
    variables = [_variable(cursor, len(dimensions), version) for _ in cursor.entries(VARIABLE)]
    return Header(version, records, dimensions, attributes, variables)


def _variable(cursor: Cursor, dimensions: int, version: int) -> Variable:
    name, many = cursor.name(), cursor.count()
    if many > MAX_ENTRIES:
        raise Malformed(f"One of its variables has {many:,} dimensions.")
    over = tuple(cursor.count() for _ in range(many))
    if any(one >= dimensions for one in over):
        raise Malformed(f"Its variable {name[:40]!r} has a dimension that there is not.")
    attributes, kind, size = _attributes(cursor), cursor.integer(), cursor.count()
    begin = int.from_bytes(cursor.take(4 if version == 1 else 8), "big")
    _known(kind)
    return Variable(name, over, attributes, kind, size, begin)


def _attributes(cursor: Cursor) -> Attributes:
    found: Attributes = {}
    for _ in cursor.entries(ATTRIBUTE):
        name, kind, many = cursor.name(), cursor.integer(), cursor.count()
        length = many * struct.calcsize(_known(kind)[1])
        if length > LARGEST_ATTRIBUTE:
            raise Malformed(f"Its attribute {name[:40]!r} is said to be {length:,} bytes long.")
        value = _value(kind, cursor.take(length))
        if value is not None:
            found[name] = value
    return found


def _value(kind: int, data: bytes) -> Any:  # noqa: ANN401 -- text or a number
    """Text whole, of numbers the first; None for none."""
    if kind == TEXT:
        return data.rstrip(b"\0").decode("utf-8", "replace")
    form = struct.Struct(">" + TYPES[kind][1])
    return form.unpack_from(data)[0] if len(data) >= form.size else None


def _known(kind: int) -> tuple[str, str]:
    if kind not in TYPES:
        raise Malformed(f"Its header has a value of the unknown type {kind}.")
    return TYPES[kind]
