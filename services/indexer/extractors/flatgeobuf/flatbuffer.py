"""Tables of a FlatBuffer, as much as a header needs: scalars, text, vectors, tables in tables.

After the internals page of FlatBuffers: a table begins with the signed distance back to its vtable,
which holds one 16-bit offset a field, 0 where the field has its default. Little-endian throughout.
"""

import struct
from typing import Any

from services.indexer.extractors.facts import Malformed

SHORT, INT, OFFSET = struct.Struct("<H"), struct.Struct("<i"), struct.Struct("<I")


class FlatTable:
    """One table within a buffer. Reading outside of the buffer raises Malformed."""

    def __init__(self, data: bytes, place: int) -> None:
        self._data, self._place = data, place
        self._vtable = place - self._unpack(INT, place)
        self._fields = self._unpack(SHORT, self._vtable) // 2 - 2

    def scalar(self, field: int, form: str, default: Any = 0) -> Any:  # noqa: ANN401 -- as `form` has it
        """A number or a boolean of this `struct` form."""
        place = self._field(field)
        return self._unpack(struct.Struct("<" + form), place) if place else default

    def text(self, field: int) -> str:
        """Empty where there is none."""
        place = self._field(field)
        if not place:
            return ""
        start, length = self._vector(place)
        return self._bytes(start, length).decode("utf-8", "replace")

    def numbers(self, field: int, form: str) -> list[Any]:
        """A vector of scalars of this `struct` form."""
        place = self._field(field)
        if not place:
            return []
        start, length = self._vector(place)
        size = struct.calcsize("<" + form)
        return [one for (one,) in struct.iter_unpack("<" + form, self._bytes(start, length * size))]

    def table(self, field: int) -> "FlatTable | None":
        """A table within this one."""
        place = self._field(field)
        return FlatTable(self._data, place + self._unpack(OFFSET, place)) if place else None

    def tables(self, field: int, most: int) -> tuple[list["FlatTable"], int]:
        """The first `most` tables of a vector, and how many there are."""
        place = self._field(field)
        if not place:
            return [], 0
        start, length = self._vector(place)
        places = range(start, start + min(length, most) * 4, 4)
        return [FlatTable(self._data, one + self._unpack(OFFSET, one)) for one in places], length

    def _field(self, field: int) -> int:
        """Where the field is; 0 where it has its default."""
        if field >= self._fields:
            return 0
        offset = self._unpack(SHORT, self._vtable + 4 + 2 * field)
        return self._place + int(offset) if offset else 0

    def _vector(self, place: int) -> tuple[int, int]:
        """Where the elements begin, and how many there are."""
        start = place + self._unpack(OFFSET, place)
        return start + 4, self._unpack(OFFSET, start)

    def _bytes(self, start: int, length: int) -> bytes:
        found = self._data[start : start + length]
        if start < 0 or len(found) < length:
            raise Malformed("Its header points outside of itself.")
        return found

    def _unpack(self, form: struct.Struct, place: int) -> Any:  # noqa: ANN401 -- as `form` has it
        return form.unpack(self._bytes(place, form.size))[0]


def root(data: bytes) -> FlatTable:
    """The table that a whole buffer is about. Raises Malformed."""
    if len(data) < OFFSET.size:
        raise Malformed("Its header is too short.")
    return FlatTable(data, OFFSET.unpack_from(data)[0])
