"""tar against Python's own reader, and the arithmetic of lengths."""

import io
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from services.storage.archives.form import Entry, Totals
from services.storage.archives.tar import TAR

NAMES = st.text(st.sampled_from("a/\u00e9 ="), min_size=1, max_size=140)
ENTRIES = st.builds(
    Entry,
    NAMES.map(str.encode),
    st.one_of(st.integers(0, 9), st.integers(8**11 - 3, 8**11 + 3)),
    st.integers(-(10**9), 10**11),
)


@given(ENTRIES)
def test_lengths_are_known_before(entry: Entry) -> None:
    assert len(TAR.head(entry, 0)) == TAR.head_size(entry)
    assert (entry.size + TAR.padding(entry)) % 512 == 0


@given(ENTRIES)
def test_python_reads_a_head(entry: Entry) -> None:
    with tarfile.open(fileobj=io.BytesIO(TAR.head(entry, 0) + bytes(1024))) as archive:
        member = archive.next()
    assert member is not None
    assert member.name == entry.name.decode().rstrip("/")
    assert (member.size, member.mtime) == (entry.size, entry.modified)
    assert member.isdir() == entry.is_folder


def test_the_end() -> None:
    assert TAR.end(Totals(3, 1, 2)) == bytes(1024)
