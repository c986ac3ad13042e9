"""ZIP archives: their directory alone (APPNOTE 4.3.12 to 4.3.16). Nothing in one is unpacked."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from services.indexer.extractors import words
from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Facts, Group, Malformed
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"zip", "kmz", "npz"})
LABEL = "ZIP archive"
MEDIA_TYPE = "application/zip"
MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

# The end of the directory: how many entries, how long it is. The same of large archives.
END, END_MAGIC = struct.Struct("<10xHI6x"), b"PK\x05\x06"
LARGE_END, LARGE_MAGIC = struct.Struct("<32xQQ8x"), b"PK\x06\x06"
LOCATOR, LOCATOR_MAGIC = struct.Struct("<8xQ4x"), b"PK\x06\x07"
ENTRY, ENTRY_MAGIC = struct.Struct("<8xH10xII3H12x"), b"PK\x01\x02"
SATURATED = (0xFFFF, 0xFFFFFFFF)
LONGEST_COMMENT = 65_535
LARGEST_DIRECTORY, MAX_SHOWN = 8 * 1024 * 1024, 100
UTF_8, LARGE_FIELD = 0x800, b"\x01\0"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in it: `size` bytes when it is unpacked."""

    name: str
    size: int


def recognises(file: SparseFile) -> bool:
    """By its first bytes, where the name promises nothing else: many formats are archives."""
    return file.head(4) in MAGIC and file.suffix in SUFFIXES | {""}


def parse(file: SparseFile) -> Facts:
    """The names and sizes of what is in it. Raises Malformed."""
    many, length, end = _directory(file)
    group = Group("Contents")
    facts = Facts(LABEL, MEDIA_TYPE, f"{LABEL}, {words.count(many, 'entry')}", groups=[group])
    if length > LARGEST_DIRECTORY:
        facts.partial = f"Its directory is {words.size(length)} long, and was not read."
        return facts
    entries = list(_entries(file.read(end - length, length)))
    files = [one for one in entries if not one.name.endswith("/")]
    total = sum(one.size for one in files)
    facts.summary = f"{LABEL}, {words.count(len(files), 'file')}, {words.size(total)} unpacked"
    for one in files[:MAX_SHOWN]:
        group.add(one.name[: 2 * MAX_NAME], words.size(one.size))
    if len(files) > MAX_SHOWN:
        group.add("…", f"{len(files) - MAX_SHOWN:,} more")
    return facts


def _directory(file: SparseFile) -> tuple[int, int, int]:
    """How many entries it has, how long it is and where it ends."""
    start = max(0, file.size - LONGEST_COMMENT - END.size)
    tail = file.read(start, file.size - start)
    place = tail.rfind(END_MAGIC)
    if place < 0 or place + END.size > len(tail):
        raise Malformed("It ends too early: it has no directory.")
    many, length = END.unpack_from(tail, place)
    end = start + place
    before = place - LOCATOR.size
    if (many in SATURATED or length in SATURATED) and tail[max(0, before) :][:4] == LOCATOR_MAGIC:
        (end,) = LOCATOR.unpack_from(tail, before)
        found = file.read(end, LARGE_END.size)
        many, length = LARGE_END.unpack(found)
        if found[:4] != LARGE_MAGIC:
            raise Malformed("Its directory is not where it is said to be.")
    if length > end:
        raise Malformed("Its directory is said to be longer than it is.")
    return many, length, end


def _entries(directory: bytes) -> Iterator[Entry]:
    place = 0
    while directory[place : place + 4] == ENTRY_MAGIC and place + ENTRY.size <= len(directory):
        flags, _, size, named, extra, comment = ENTRY.unpack_from(directory, place)
        place += ENTRY.size
        name = directory[place : place + named].decode(
            "utf-8" if flags & UTF_8 else "cp437", "replace"
        )
        place += named
        if size in SATURATED:
            size = _large_size(directory[place : place + extra])
        yield Entry(name, size)
        place += extra + comment
    if place != len(directory):
        raise Malformed("Its directory is broken.")


def _large_size(extra: bytes) -> int:
    """Of a file over 4 GB, as the first of its extra fields has it; 0 where none does."""
    is_there = extra[:2] == LARGE_FIELD and len(extra) >= 12
    return int.from_bytes(extra[4:12], "little") if is_there else 0
