"""Boxes on a round Earth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.indexer.extractors.earth import footprint_of_box, narrowest, place_of_box
from services.indexer.extractors.facts import Malformed

LONGITUDES = st.floats(-180, 180).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ((-10, 0, 10, 5), (-10, 0, 10, 5)),
        ((170, 0, 190, 5), (170, 0, -170, 5)),
        ((170, 0, -170, 5), (170, 0, -170, 5)),
        ((-190, 0, -170, 5), (170, 0, -170, 5)),
        ((0, -90, 360, 90), (-180, -90, 180, 90)),
        ((180, 0, 270, 5), (-180, 0, -90, 5)),
        ((-180, -90, 180.00000000000006, 83), (-180, -90, 180, 83)),
        ((174, 0, 180.0000000001, 5), (174, 0, 180, 5)),
        ((-180.25, -90.25, 179.75, 90.25), (-180, -90, 180, 90)),
        ((-180.25, -80, 179.25, 80), (-180, -80, 179.25, 80)),
    ],
)
def test_box(edges: tuple[float, ...], expected: tuple[float, ...]) -> None:
    west, south, east, north = edges
    assert place_of_box(west, south, east, north).bbox == pytest.approx(expected)


@pytest.mark.parametrize(
    "edges",
    [
        (0, 0, 1, 95), (0, float("nan"), 1, 1), (0, 0, 1, float("inf")), (0, 0, 5e5, 1),
        (float("nan"), 0, 1, 1), (-1e300, 0, 1, 1),
    ],
)  # fmt: skip
def test_numbers_that_are_no_degrees(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(Malformed):
        place_of_box(*edges)


def test_shapes_without_area() -> None:
    assert footprint_of_box((1, 2, 1, 2)) == {"type": "Point", "coordinates": [1, 2]}
    assert footprint_of_box((1, 2, 1, 3))["type"] == "LineString"


def test_footprints_are_cut_at_180() -> None:
    footprint = footprint_of_box((170, -5, -170, 5))
    assert footprint["type"] == "MultiPolygon"
    xs = [[x for x, _ in ring[0]] for ring in footprint["coordinates"]]
    assert [(min(part), max(part)) for part in xs] == [(170, 180), (-180, -170)]


@given(st.lists(st.tuples(LONGITUDES, st.floats(0, 359)), min_size=1, max_size=8))
def test_every_span_is_inside_the_narrowest(spans: list[tuple[float, float]]) -> None:
    west, east = narrowest([(start, start + width) for start, width in spans])
    assert -180 <= west <= 180
    assert -180 <= east <= 180
    width = east - west if east >= west else east - west + 360
    # An arc of almost the whole turn is told as the whole turn.
    allowed = 1 if width > 350 else 1e-6
    for start, length in spans:
        offset = (start - west) % 360
        offset = offset - 360 if offset > 360 - allowed else offset
        assert offset + length <= width + allowed or width >= 360 - 1e-6


@given(st.lists(LONGITUDES, min_size=1, max_size=8), st.floats(-180, 180))
def test_turning_the_earth_does_not_widen_it(longitudes: list[float], turn: float) -> None:
    def width(values: list[float]) -> float:
        west, east = narrowest([(value, value) for value in values])
        return (east - west) % 360

    one, other = width(longitudes), width([value + turn for value in longitudes])
    assert min(abs(one - other), 360 - abs(one - other)) < 1
