"""ZIP against Python's own reader, and the arithmetic of lengths."""

import io
import zipfile
import zlib

from hypothesis import given
from hypothesis import strategies as st

from services.storage.archives.form import Entry, Totals
from services.storage.archives.zip64 import ZIP, dos_moment

ENTRIES = st.builds(
    Entry,
    st.text(st.sampled_from("a/\u00e9"), min_size=1, max_size=9).map(str.encode),
    st.one_of(st.integers(0, 9), st.integers(2**32 - 3, 2**32 + 3), st.integers(0, 2**45)),
    st.integers(-(10**9), 10**11),
)
OFFSETS = st.one_of(st.integers(2**32 - 3, 2**32 + 3), st.integers(0, 2**50))
COUNTS = st.one_of(st.integers(2**16 - 3, 2**16 + 3), st.integers(0, 2**40))
CRCS = st.integers(0, 2**32 - 1)


@given(ENTRIES, OFFSETS, CRCS)
def test_lengths_are_known_before(entry: Entry, offset: int, crc: int) -> None:
    assert len(ZIP.head(entry, crc)) == ZIP.head_size(entry)
    assert len(ZIP.record(entry, crc, offset)) == ZIP.record_size(entry, offset)


@given(COUNTS, OFFSETS, OFFSETS)
def test_the_end_of_anything(entries: int, offset: int, size: int) -> None:
    end = ZIP.end(Totals(entries, offset, size))
    is_wide = entries >= 65_535 or max(offset, size) >= 2**32 - 1
    assert len(end) == (98 if is_wide else 22)


@given(ENTRIES, OFFSETS, CRCS)
def test_python_reads_a_record(entry: Entry, offset: int, crc: int) -> None:
    record = ZIP.record(entry, crc, offset)
    archive = io.BytesIO(record + ZIP.end(Totals(1, 0, len(record))))
    (info,) = zipfile.ZipFile(archive).infolist()
    assert info.filename.encode() == entry.name
    assert (info.file_size, info.compress_size) == (entry.size, entry.size)
    assert (info.header_offset, info.CRC) == (offset, crc)


def test_a_whole_one() -> None:
    body, name = b"1,2\n", "caf\u00e9.csv".encode()
    entry, crc = Entry(name, len(body), 1_700_000_000), zlib.crc32(body)
    head, record = ZIP.head(entry, crc), ZIP.record(entry, crc, 0)
    end = ZIP.end(Totals(1, len(head) + len(body), len(record)))
    archive = zipfile.ZipFile(io.BytesIO(head + body + record + end))
    assert archive.testzip() is None
    assert archive.read("caf\u00e9.csv") == body
    assert archive.infolist()[0].date_time == (2023, 11, 14, 22, 13, 20)


def test_times_that_it_does_not_have() -> None:
    assert dos_moment(-1) == (1 << 5 | 1, 0)
    assert dos_moment(2**33) == (127 << 9 | 12 << 5 | 31, 23 << 11 | 59 << 5 | 29)
