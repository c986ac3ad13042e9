"""Extents that any order of items, and a rebuild, give alike."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.indexer.models.extents import Extent, is_at_edge, merged

DAYS = st.dates().map(lambda day: f"{day.year:04}-{day.month:02}-{day.day:02}T00:00:00Z")
LONGITUDES = st.integers(-180, 180).map(float)
LATITUDES = st.integers(-90, 90).map(float)


@st.composite
def extents(draw: st.DrawFn) -> Extent:
    """Of one item, which may cross the antimeridian."""
    south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
    start, end = sorted((draw(DAYS), draw(DAYS)))
    return Extent.of([draw(LONGITUDES), south, draw(LONGITUDES), north], start, end)


def of(*boxes: tuple[float, float, float, float]) -> list[float]:
    """The box around these."""
    day = "2020-01-01T00:00:00Z"
    whole = reduce(merged, [Extent.of(box, day) for box in boxes])
    assert whole is not None
    return whole.bbox


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        ([(1, 2, 3, 4)], [1, 2, 3, 4]),
        ([(1, 2, 3, 4), (-5, -6, -1, 0)], [-5, -6, 3, 4]),
        ([(170, 0, -170, 5)], [170, 0, -170, 5]),
        ([(170, 0, 175, 5), (-175, 1, -170, 6)], [170, 0, -170, 6]),
        ([(170, 0, 180, 5), (-180, 1, -170, 6)], [170, 0, -170, 6]),
        ([(-10, 0, 10, 5), (170, 0, -170, 5)], [-180, 0, 180, 5]),
        ([(-180, -90, 180, 83)], [-180, -90, 180, 83]),
        ([(0, 0, 180, 1)], [0, 0, 180, 1]),
        ([(-180, 0, -1, 1)], [-180, 0, -1, 1]),
    ],
)
def test_box(boxes: list[tuple[float, float, float, float]], expected: list[float]) -> None:
    assert of(*boxes) == expected


@given(st.lists(extents(), min_size=1, max_size=6), st.randoms())
def test_order_does_not_matter(items: list[Extent], randomness: object) -> None:
    shuffled = list(items)
    randomness.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reduce(merged, items) == reduce(merged, shuffled)  # type: ignore[arg-type]


@given(st.lists(extents(), min_size=2, max_size=6))
def test_what_is_not_at_an_edge_may_leave(items: list[Extent]) -> None:
    whole = reduce(merged, items)  # type: ignore[arg-type]
    assert whole is not None
    for leaving in range(len(items)):
        rest = reduce(merged, [one for at, one in enumerate(items) if at != leaving])  # type: ignore[arg-type]
        assert rest == whole or is_at_edge(whole, items[leaving])


def test_interval_of_items_with_and_without_an_end() -> None:
    instant = Extent.of([0, 0, 1, 1], "2020-05-01T00:00:00Z")
    span = Extent.of([0, 0, 1, 1], "2019-01-01T00:00:00Z", "2019-12-31T00:00:00Z")
    whole = merged(instant, span)
    assert whole is not None
    assert whole.interval == ["2019-01-01T00:00:00Z", "2020-05-01T00:00:00Z"]
    assert merged(None, span) == span
    assert merged(None, None) is None
