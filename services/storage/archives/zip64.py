"""ZIP as APPNOTE 6.3.10 has it: stored, with ZIP64 where a number does not fit, names in UTF-8.

Sizes and CRC-32 stand before the bytes, so no data descriptor is needed and readers that cannot
seek understand it.
"""

import struct
from datetime import UTC, datetime

from services.storage.archives.form import Entry, Form, Totals

FULL, FULL_COUNT = 0xFFFFFFFF, 0xFFFF
# Unix wrote it, in version 4.5; that is what it takes to read ZIP64, 2.0 what it takes otherwise.
MADE_BY, NEEDS, NEEDS_ZIP64 = 3 << 8 | 45, 20, 45
UTF8_NAMES = 0x800
FILE_MODE, FOLDER_MODE = 0o100644 << 16, 0o40755 << 16 | 0x10
ZIP64, TIMES = 1, 0x5455
LAST_TIME = 0x7FFFFFFF
FIRST_YEAR, LAST_YEAR = 1980, 2107

_HEAD = struct.Struct("<4s5H3L2H")
_RECORD = struct.Struct("<4s6H3L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_TIMES = struct.Struct("<2HBL")


def head_size(entry: Entry) -> int:
    """Bytes before the file."""
    wide = 20 if entry.size >= FULL else 0
    return _HEAD.size + len(entry.name) + wide + _TIMES.size


def head(entry: Entry, crc: int) -> bytes:
    """The local file header (4.3.7)."""
    is_wide = entry.size >= FULL
    wide = [entry.size, entry.size] if is_wide else []
    extra, size = _extra(entry, wide), FULL if is_wide else entry.size
    needs = NEEDS_ZIP64 if is_wide else NEEDS
    date, time = dos_moment(entry.modified)
    name = entry.name
    fixed = (b"PK\3\4", needs, UTF8_NAMES, 0, time, date, crc, size, size, len(name), len(extra))
    return _HEAD.pack(*fixed) + name + extra


def record_size(entry: Entry, offset: int) -> int:
    """Bytes in the directory."""
    wide = _wide_numbers(entry, offset)
    return _RECORD.size + len(entry.name) + _TIMES.size + (4 + 8 * len(wide) if wide else 0)


def record(entry: Entry, crc: int, offset: int) -> bytes:
    """The file's header in the central directory (4.3.12)."""
    wide = _wide_numbers(entry, offset)
    extra, name = _extra(entry, wide), entry.name
    date, time = dos_moment(entry.modified)
    size = min(entry.size, FULL)
    needs = NEEDS_ZIP64 if wide else NEEDS
    mode = FOLDER_MODE if entry.is_folder else FILE_MODE
    known = (b"PK\1\2", MADE_BY, needs, UTF8_NAMES, 0, time, date, crc, size, size)
    return _RECORD.pack(*known, len(name), len(extra), 0, 0, 0, mode, min(offset, FULL)) + (
        name + extra
    )


def end(totals: Totals) -> bytes:
    """The end of central directory, with its ZIP64 forms where they are needed (4.3.14-16)."""
    count, offset, size = totals.entries, totals.directory_offset, totals.directory_size
    wide = b""
    if count >= FULL_COUNT or max(offset, size) >= FULL:
        fixed = (b"PK\6\6", _END64.size - 12, MADE_BY, NEEDS_ZIP64, 0, 0)
        wide = _END64.pack(*fixed, count, count, size, offset)
        wide += _LOCATOR.pack(b"PK\6\7", 0, offset + size, 1)
    few, size, offset = min(count, FULL_COUNT), min(size, FULL), min(offset, FULL)
    return wide + _END.pack(b"PK\5\6", 0, 0, few, few, size, offset, 0)


def dos_moment(seconds: int) -> tuple[int, int]:
    """Date and time of MS-DOS (4.4.6), the nearest one that it has; in UTC."""
    moment = datetime.fromtimestamp(seconds, UTC)
    if moment.year < FIRST_YEAR:
        moment = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    elif moment.year > LAST_YEAR:
        moment = datetime(LAST_YEAR, 12, 31, 23, 59, 58, tzinfo=UTC)
    date = (moment.year - FIRST_YEAR) << 9 | moment.month << 5 | moment.day
    return date, moment.hour << 11 | moment.minute << 5 | moment.second // 2


def _wide_numbers(entry: Entry, offset: int) -> list[int]:
    """Those that do not fit a record's own fields, in the order of 4.5.3."""
    wide = [entry.size, entry.size] if entry.size >= FULL else []
    return [*wide, offset] if offset >= FULL else wide


def _extra(entry: Entry, wide: list[int]) -> bytes:
    """Wide numbers, and the time in UTC: the other is taken for the reader's local time."""
    numbers = struct.pack(f"<2H{len(wide)}Q", ZIP64, 8 * len(wide), *wide) if wide else b""
    return numbers + _TIMES.pack(TIMES, 5, 1, min(max(entry.modified, 0), LAST_TIME))


ZIP = Form(
    suffix=".zip",
    media_type="application/zip",
    with_sums=True,
    head_size=head_size,
    head=head,
    padding=lambda _: 0,
    record_size=record_size,
    record=record,
    end=end,
)
