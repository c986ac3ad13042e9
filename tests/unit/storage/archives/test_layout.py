"""Layouts: what is declared is what is made, from any chapter on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.archives.form import Form
from services.storage.archives.layout import Layout, Listed
from services.storage.archives.tar import TAR
from services.storage.archives.zip64 import ZIP

FORMS = pytest.mark.parametrize("form", [ZIP, TAR], ids=lambda form: form.suffix)
KEYS = st.lists(
    st.text(st.sampled_from("ab/."), min_size=1, max_size=6), min_size=1, max_size=40, unique=True
)
SIZES = st.one_of(st.integers(0, 5), st.integers(0, 2**34))


@st.composite
def listings(draw: st.DrawFn) -> list[Listed]:
    return [Listed(key, draw(SIZES), "e", 1_700_000_000_000) for key in sorted(draw(KEYS))]


def laid_out(form: Form, listing: list[Listed], page: int) -> Layout:
    layout = Layout(form)
    for start in range(0, len(listing), page):
        layout.add(0, listing[start : start + page])
    return layout


@FORMS
@given(listing=listings(), page=st.integers(1, 7))
def test_what_is_made_has_the_length_that_was_declared(
    form: Form, listing: list[Listed], page: int
) -> None:
    layout = laid_out(form, listing, page)
    made, directory = 0, b""
    for chapter, start in zip(layout.chapters, range(0, len(listing), page), strict=True):
        course = layout.again(chapter)
        assert (made, len(directory)) == (chapter.offset, chapter.directory)
        for entry, offset in course.place(listing[start : start + page]):
            assert offset == made
            made += len(form.head(entry, 7)) + entry.size + form.padding(entry)
            directory += form.record(entry, 7, offset)
        assert course.offset == made
    assert layout.size == made + len(directory) + len(form.end(layout.totals))
    assert layout.count == len(listing)


@FORMS
@given(listing=listings(), page=st.integers(1, 7))
def test_chapters_change_nothing(form: Form, listing: list[Listed], page: int) -> None:
    whole, parts = laid_out(form, listing, 1000), laid_out(form, listing, page)
    assert (whole.size, whole.totals) == (parts.size, parts.totals)


@FORMS
def test_the_chapter_of_an_offset(form: Form) -> None:
    listing = [Listed(f"{number:03d}", 1000, "e", 0) for number in range(50)]
    layout = laid_out(form, listing, 10)
    second = layout.chapters[1]
    assert layout.chapters_from(second.offset - 1)[0] is layout.chapters[0]
    assert layout.chapters_from(second.offset)[0] is second
    assert not layout.chapters_from(layout.totals.directory_offset)
    assert layout.records_from(-5)[:1] == (layout.chapters[:1] if form is ZIP else ())


@FORMS
@pytest.mark.parametrize(
    "changed",
    [
        Listed("a", 2, "e", 0),
        Listed("a", 1, "f", 0),
        Listed("a", 1, "e", 5),
        Listed("b", 1, "e", 0),
    ],
)
def test_whatever_changes_the_etag_does(form: Form, changed: Listed) -> None:
    one = Listed("a", 1, "e", 0)
    assert laid_out(form, [one], 1).etag == laid_out(form, [one], 1).etag
    assert laid_out(form, [changed], 1).etag != laid_out(form, [one], 1).etag


def test_each_format_has_an_etag_of_its_own() -> None:
    listing = [Listed("a", 1, "e", 0)]
    assert laid_out(ZIP, listing, 1).etag != laid_out(TAR, listing, 1).etag
