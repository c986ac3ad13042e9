"""The directory of a ZIP archive (APPNOTE 4.3.12 to 4.3.16), and one of its files unpacked."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import HEAD_BYTES, WHOLE_BYTES, SparseFile

# How an archive begins: with a file, or with its end where it has none.
MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
# The end of the directory: how many entries, how long it is. The same of large archives.
END, END_MAGIC = struct.Struct("<10xHI6x"), b"PK\x05\x06"
LARGE_END, LARGE_MAGIC = struct.Struct("<32xQQ8x"), b"PK\x06\x06"
LOCATOR, LOCATOR_MAGIC = struct.Struct("<8xQ4x"), b"PK\x06\x07"
ENTRY, ENTRY_MAGIC = struct.Struct("<8xHH4xIII3H8xI"), b"PK\x01\x02"
HEADER, HEADER_MAGIC = struct.Struct("<26xHH"), b"PK\x03\x04"
SATURATED = (0xFFFF, 0xFFFFFFFF)
LONGEST_COMMENT = 65_535
LARGEST_DIRECTORY = 8 * 1024 * 1024
ENCRYPTED, UTF_8, LARGE_FIELD = 0x1, 0x800, b"\x01\0"
STORED, DEFLATED = 0, 8
# Of what is too large to be unpacked whole, so much of what is packed makes a head.
BEGINNING = 2 * HEAD_BYTES


@dataclass(frozen=True, slots=True)
class CentralDirectory:
    """How many entries it has, how long it is and where it ends."""

    count: int
    length: int
    end: int

    @property
    def is_too_long(self) -> bool:
        """Whether it is longer than we read."""
        return self.length > LARGEST_DIRECTORY


class Entry(NamedTuple):
    """A file in it: `size` bytes when it is unpacked, `packed` as it lies at `place`."""

    name: str
    size: int
    packed: int
    place: int
    method: int
    is_encrypted: bool
    checksum: int


def read_directory(file: SparseFile) -> CentralDirectory:
    """Raises Malformed where there is none."""
    start = max(0, file.size - LONGEST_COMMENT - END.size)
    tail = file.read(start, file.size - start)
    place = tail.rfind(END_MAGIC)
    if place < 0 or place + END.size > len(tail):
        raise Malformed("It ends too early: it has no directory.")
    count, length = END.unpack_from(tail, place)
    end = start + place
    before = place - LOCATOR.size
    if (count in SATURATED or length in SATURATED) and tail[max(0, before) :][:4] == LOCATOR_MAGIC:
        (end,) = LOCATOR.unpack_from(tail, before)
        found = file.read(end, LARGE_END.size)
        count, length = LARGE_END.unpack(found)
        if found[:4] != LARGE_MAGIC:
            raise Malformed("Its directory is not where it is said to be.")
    if length > end:
        raise Malformed("Its directory is said to be longer than it is.")
    return CentralDirectory(count, length, end)


def entries_of(file: SparseFile, directory: CentralDirectory) -> list[Entry]:
    """All of them. Raises Malformed."""
    return list(_entries(file.read(directory.end - directory.length, directory.length)))


def _entries(directory: bytes) -> Iterator[Entry]:
    place = 0
    while directory[place : place + 4] == ENTRY_MAGIC and place + ENTRY.size <= len(directory):
        found = ENTRY.unpack_from(directory, place)
        flags, method, checksum, packed, size, named, extra, comment, start = found
        place += ENTRY.size
        name = directory[place : place + named].decode(
            "utf-8" if flags & UTF_8 else "cp437", "replace"
        )
        place += named
        if size in SATURATED:
            size = _large_size(directory[place : place + extra])
        yield Entry(name, size, packed, start, method, bool(flags & ENCRYPTED), checksum)
        place += extra + comment
    if place != len(directory):
        raise Malformed("Its directory is broken.")


def _large_size(extra: bytes) -> int:
    """Of a file over 4 GB, as the first of its extra fields has it; 0 where none does."""
    is_there = extra[:2] == LARGE_FIELD and len(extra) >= 12
    return int.from_bytes(extra[4:12], "little") if is_there else 0


def unpacked(file: SparseFile, entry: Entry) -> SparseFile:
    """One file of it: whole up to 8 MiB, else its beginning, however large it says that it is.

    Raises Malformed.
    """
    if entry.is_encrypted or entry.method not in {STORED, DEFLATED}:
        raise Malformed(f"What it has as {entry.name} is encrypted, or packed in an unusual way.")
    header = file.read(entry.place, HEADER.size)
    if not header.startswith(HEADER_MAGIC):
        raise Malformed(f"There is no {entry.name} where it is said to be.")
    is_small = entry.packed <= WHOLE_BYTES
    start = entry.place + HEADER.size + sum(HEADER.unpack(header))
    data = file.read(start, entry.packed if is_small else BEGINNING)
    if entry.method == DEFLATED:
        data = _inflated(data, entry)
    is_whole = is_small and len(data) <= WHOLE_BYTES
    if is_whole and zlib.crc32(data) != entry.checksum:
        raise Malformed(f"What it has as {entry.name} is not what was packed.")
    inner = SparseFile(entry.name, len(data) if is_whole else max(entry.size, WHOLE_BYTES + 1))
    inner.add(0, data)
    # Nobody can fetch more of it.
    inner.is_final = True
    return inner


def _inflated(data: bytes, entry: Entry) -> bytes:
    """A byte more than is whole tells that there is more."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, WHOLE_BYTES + 1)
    except zlib.error as error:
        raise Malformed(f"What it has as {entry.name} cannot be unpacked: {error}") from error
