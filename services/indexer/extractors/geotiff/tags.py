"""The structure of a TIFF: header, directories and their tags (TIFF 6.0 §2, BigTIFF).

Values are read when they are asked for, so that the offsets of a million tiles never are.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile

BYTE_ORDERS = {b"II": "<", b"MM": ">"}
# The number of BigTIFF; the classic one has 42.
BIG = 43
# BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE,
# IFD; and BigTIFF's LONG8, SLONG8, IFD8.
TYPES = {
    1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "s", 8: "h", 9: "i", 10: "ii", 11: "f",
    12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q",
}  # fmt: skip

MAX_ENTRIES = 1000
MAX_DIRECTORIES = 64
MAX_VALUE_BYTES = 512 * 1024

Value = tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one tag's values are."""

    code: str
    count: int
    offset: int


class Directory:
    """One image of the file: its tags by number. `offset` is where the directory stands."""

    def __init__(self, tiff: "Tiff", offset: int, entries: dict[int, Entry]) -> None:
        self.tiff = tiff
        self.offset = offset
        self.entries = entries

    def numbers(self, tag: int) -> Value:
        """All values of a tag; empty where it is absent. Raises Malformed over a sane length."""
        entry = self.entries.get(tag)
        if entry is None or entry.code == "s":
            return ()
        return self._unpack(entry, entry.count)

    def number(self, tag: int, default: int = 0) -> int:
        """The first value of a tag, or the default that TIFF gives it."""
        entry = self.entries.get(tag)
        if entry is None or entry.code == "s" or entry.count == 0:
            return default
        return int(self._unpack(entry, 1)[0])

    def text(self, tag: int) -> str:
        """The text of an ASCII tag, without the NUL at its end."""
        entry = self.entries.get(tag)
        if entry is None or entry.code not in {"s", "B"}:
            return ""
        raw = self.tiff.file.read(entry.offset, min(entry.count, MAX_VALUE_BYTES))
        return raw.partition(b"\0")[0].decode("utf-8", "replace").strip()

    def raw(self, tag: int) -> bytes:
        """The bytes of a tag of no other type; empty where it is absent."""
        entry = self.entries.get(tag)
        if entry is None or entry.code not in {"s", "B"} or entry.count > MAX_VALUE_BYTES:
            return b""
        return self.tiff.file.read(entry.offset, entry.count)

    def _unpack(self, entry: Entry, count: int) -> Value:
        length = struct.calcsize(f"={entry.code}") * count
        if length > MAX_VALUE_BYTES:
            raise Malformed(f"One of its tags claims {entry.count:,} values.")
        return self.tiff.unpack(entry.code * count, entry.offset)


class Tiff:
    """The header: byte order, classic or big, and where the first directory is."""

    def __init__(self, file: SparseFile) -> None:
        self.file = file
        self.order = BYTE_ORDERS[file.read(0, 2)]
        self.is_big = self.unpack("H", 2)[0] == BIG
        if self.is_big and self.unpack("HH", 4) != (8, 0):
            raise Malformed("Its BigTIFF header is wrong.")
        self.first = self.unpack("Q", 8)[0] if self.is_big else self.unpack("I", 4)[0]

    def directories(self) -> Iterator[Directory]:
        """The chain of directories, at most MAX_DIRECTORIES of them; a loop ends it."""
        seen: set[int] = set()
        offset = self.first
        while offset and offset not in seen and len(seen) < MAX_DIRECTORIES:
            seen.add(offset)
            directory, offset = self._directory(offset)
            yield directory

    def unpack(self, form: str, offset: int) -> tuple[Any, ...]:
        """Values of these struct codes at an offset, in the file's byte order."""
        length = struct.calcsize(f"={form}")
        return struct.unpack(self.order + form, self.file.read(offset, length))

    def _directory(self, offset: int) -> tuple[Directory, int]:
        """The directory at an offset, and the offset of the next."""
        count_form, entry_form, next_form = (
            ("Q", "HHQQ", "Q") if self.is_big else ("H", "HHII", "I")
        )
        start = offset + struct.calcsize(f"={count_form}")
        count = self.unpack(count_form, offset)[0]
        if not 0 < count <= MAX_ENTRIES:
            raise Malformed(f"A directory of it claims {count:,} tags.")
        each = struct.calcsize(f"={entry_form}")
        end = start + count * each
        block = self.file.read(start, end - start)
        entries: dict[int, Entry] = {}
        # A short value stands in the entry itself, in its last bytes; a long one elsewhere.
        inline = 8 if self.is_big else 4
        for here, (tag, kind, values, value) in zip(
            range(start + each - inline, end, each),
            struct.iter_unpack(self.order + entry_form, block),
            strict=True,
        ):
            code = TYPES.get(kind)
            if code is not None:
                fits = struct.calcsize(f"={code}") * values <= inline
                entries[tag] = Entry(code, values, here if fits else value)
        return Directory(self, offset, entries), self.unpack(next_form, end)[0]
