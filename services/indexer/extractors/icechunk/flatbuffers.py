"""FlatBuffers, read in place: tables of fields, vectors and structs (flatbuffers.dev, internals).

All offsets come from a stranger: what lies outside raises struct.error or ValueError, and nothing
is followed further than the schema goes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

OFFSET, SIGNED, SHORT = struct.Struct("<I"), struct.Struct("<i"), struct.Struct("<H")
BYTE, WORD = struct.Struct("<B"), struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Table:
    """The table at a place; fields are counted from 0, as the schema lists them."""

    data: bytes
    place: int

    @classmethod
    def root(cls, data: bytes) -> Self:
        """That of a whole buffer."""
        return cls(data, _number(data, 0, OFFSET))

    def _field(self, field: int) -> int:
        """Where it is; 0 where it is left out."""
        index = self.place - _number(self.data, self.place, SIGNED)
        if 4 + 2 * field >= _number(self.data, index, SHORT):
            return 0
        offset = _number(self.data, index + 4 + 2 * field, SHORT)
        return self.place + offset if offset else 0

    def _target(self, field: int) -> int:
        place = self._field(field)
        return place + _number(self.data, place, OFFSET) if place else 0

    def number(self, field: int, form: struct.Struct = OFFSET) -> int:
        """Of this form; 0 where it is left out."""
        place = self._field(field)
        return _number(self.data, place, form) if place else 0

    def raw(self, field: int, width: int = 1) -> bytes:
        """A vector of values or structs of this width, as it lies there; empty for none."""
        place = self._target(field)
        return _span(self.data, place + 4, self._length(place) * width) if place else b""

    def text(self, field: int) -> str:
        """UTF-8."""
        return self.raw(field).decode()

    def struct(self, field: int, size: int) -> bytes:
        """One that lies in the table itself; empty for none."""
        place = self._field(field)
        return _span(self.data, place, size) if place else b""

    def table(self, field: int) -> "Table | None":
        """Another table."""
        place = self._target(field)
        return Table(self.data, place) if place else None

    def tables(self, field: int) -> "Iterator[Table]":
        """A vector of them."""
        place = self._target(field)
        for number in range(self._length(place) if place else 0):
            slot = place + 4 + 4 * number
            yield Table(self.data, slot + _number(self.data, slot, OFFSET))

    def _length(self, place: int) -> int:
        return _number(self.data, place, OFFSET)


def _number(data: bytes, place: int, form: struct.Struct) -> int:
    if place < 0:
        raise ValueError("an offset leads before the beginning")
    return int(form.unpack_from(data, place)[0])


def _span(data: bytes, place: int, size: int) -> bytes:
    found = data[place : place + size]
    if place < 0 or len(found) != size:
        raise ValueError("a vector is longer than the whole")
    return found
