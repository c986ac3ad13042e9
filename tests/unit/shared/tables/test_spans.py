"""Spans of keys, by property: the shortcuts must say what the plain rules say."""

from hypothesis import given
from hypothesis import strategies as st

from shared.tables.dynamodb_words import cut_high, cut_low, from_wire, to_wire
from shared.tables.spans import Span, after_prefix, make_span

EDGES = "\0a\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"
texts = st.text(st.sampled_from(EDGES), max_size=6)
long_texts = st.builds(lambda head, tail: "a" * head + tail, st.integers(1015, 1026), texts)


@given(texts, texts)
def test_the_text_after_a_prefix_parts_what_has_it_from_what_has_not(prefix: str, key: str) -> None:
    following = after_prefix(prefix)
    in_range = key >= prefix and (following is None or key < following)
    assert in_range == key.startswith(prefix)


@given(texts | st.none(), texts | st.none(), texts | st.none(), texts)
def test_a_span_fits_all_that_is_asked(
    start: str | None, end: str | None, prefix: str | None, key: str
) -> None:
    expected = key >= (start or "") and (end is None or key < end) and key.startswith(prefix or "")
    assert make_span(start, end, prefix).holds(key) == expected


@given(long_texts, long_texts)
def test_cut_bounds_are_short_and_lose_nothing(bound: str, key: str) -> None:
    low, high = cut_low(bound), cut_high(Span("", bound))
    assert len(low.encode()) <= 1024
    assert low <= bound
    if high is not None:
        assert len(high.encode()) <= 1024
        if len(key.encode()) <= 1024 and key < bound:
            assert key <= high


@given(st.integers(-(2**63), 2**63 - 1) | st.floats(-1e120, 1e120))
def test_numbers_come_back_equal(value: float) -> None:
    assert from_wire(to_wire(value)) == value
