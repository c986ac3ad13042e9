"""The public header of LAS 1.0 to 1.4 (ASPRS) and its records of variable length."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile

MAGIC = b"LASF"
SMALLEST_HEADER, HEADER_14 = 227, 375
# Flags that LASzip and COPC set in the number of the point format.
FORMAT_BITS, COMPRESSED = 0x3F, 0x80
RECORD, EXTENDED_RECORD = struct.Struct("<2x16sHH32x"), struct.Struct("<2x16sHQ32x")
# A hostile header may promise four thousand million of them.
MAX_RECORDS, LARGEST_RECORD = 100, 1024 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """What every version says; `low` and `high` are x, y, z of the points' system."""

    version: tuple[int, int]
    system: str
    software: str
    year: int
    day_of_year: int
    size: int
    records: int
    point_format: int
    is_compressed: bool
    points: int
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    extended_start: int
    extended_records: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record of variable length: whose it is, its number, where its data is."""

    owner: str
    number: int
    start: int
    length: int


def read_header(file: SparseFile) -> Header:
    """Raises Malformed where it ends before or its version is none."""
    fixed = file.read(0, SMALLEST_HEADER)
    major, minor, system, software, day, year, size, _, records, form = struct.unpack_from(
        "<BB32s32sHHHIIB", fixed, 24
    )
    if (major, minor) > (1, 4) or major != 1:
        raise Malformed(f"It is LAS {major}.{minor}; versions 1.0 to 1.4 are read.")
    (points,) = struct.unpack_from("<I", fixed, 107)
    xmax, xmin, ymax, ymin, zmax, zmin = struct.unpack_from("<6d", fixed, 179)
    extended_start = extended_records = 0
    if minor == 4 and size >= HEADER_14:
        last = file.read(SMALLEST_HEADER + 8, HEADER_14 - SMALLEST_HEADER - 8)
        extended_start, extended_records, points = struct.unpack_from("<QIQ", last)
    return Header(
        (major, minor), _text(system), _text(software), year, day, size, records,
        form & FORMAT_BITS, bool(form & COMPRESSED), points,
        (xmin, ymin, zmin), (xmax, ymax, zmax), extended_start, extended_records,
    )  # fmt: skip


def records_of(file: SparseFile, header: Header) -> Iterator[Record]:
    """Behind the header, then, in LAS 1.4, at the end of the file; MAX_RECORDS of each."""
    yield from _records(file, RECORD, header.size, header.records)
    yield from _records(file, EXTENDED_RECORD, header.extended_start, header.extended_records)


def _records(file: SparseFile, form: struct.Struct, start: int, many: int) -> Iterator[Record]:
    for _ in range(min(many, MAX_RECORDS)):
        owner, number, length = form.unpack(file.read(start, form.size))
        start += form.size
        yield Record(_text(owner), number, start, length)
        start += length


def data_of(file: SparseFile, record: Record) -> bytes:
    """Raises Malformed where it is larger than any that is read here."""
    if record.length > LARGEST_RECORD:
        raise Malformed(f"One of its records is said to be {record.length:,} bytes long.")
    return file.read(record.start, record.length)


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "replace").strip()
