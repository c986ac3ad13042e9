"""Cells: whatever has a point in common is found in one of the places where it was written."""

import json
from typing import Any

import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from services.indexer.extractors.earth import footprint_of_box
from services.indexer.models.boxes import Box, box_of, meet, parts_of
from services.indexer.models.cells import places_for, places_of

LEVELS = [(3, 6, 8), (6,)]
CORNERS = st.sampled_from([0.0, 45.0, -45.0, 5.625, 0.703125, -180.0, 180.0, 90.0, -90.0])


def edges(edge: float) -> st.SearchStrategy[float]:
    return st.one_of(st.floats(-edge, edge), CORNERS.filter(lambda one: abs(one) <= edge))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """West may be beyond east; many are small."""
    west, south = draw(edges(180)), draw(edges(90))
    wide, high = draw(st.sampled_from([0, 0.01, 1, 10, 100, 360])), draw(st.floats(0, 180))
    east = west + wide
    return west, south, east if east <= 180 else max(east - 360, -180.0), min(south + high, 90.0)


@pytest.mark.parametrize("levels", LEVELS)
@given(one=boxes(), other=boxes())
def test_what_meets_shares_a_place(levels: tuple[int, ...], one: Box, other: Box) -> None:
    written = places_of(parts_of(one), levels)
    read = places_for(parts_of(other), levels)
    assert len(written) <= 18
    if read is not None:
        assert len(read) <= 12 * len(levels) + 1
        assert set(written) & set(read) or not meet(parts_of(one), parts_of(other))


def test_what_is_small_is_not_far_from_what_is_sought() -> None:
    here, there = (7.5, 47.5, 7.6, 47.6), (-7.5, 47.5, -7.4, 47.6)
    assert not set(places_of([here], (3, 6, 8))) & set(places_for([there], (3, 6, 8)) or ())
    assert places_of([], (3, 6, 8)) == []
    assert places_of([(-180, -90, 180, 90)], (3, 6, 8)) == ["+"]
    assert places_for([(-180, -90, 180, 90)], (3, 6, 8)) is None


def test_what_is_large_is_in_the_lists_of_what_is_large() -> None:
    written = places_of([(0.5, 0.5, 9, 4)], (3, 6, 8))
    assert {one.count("/") for one in written} == {2}
    assert [one for one in written if one.startswith("+6/")]
    assert not [one for one in written if one.startswith(("9/", "+3/"))]


@given(boxes())
@example((0.2, 0.0, 0.21000000000000002, 0.0))
def test_a_box_around_a_footprint_holds_it(box: Box) -> None:
    footprint = footprint_of_box(box)
    parts = parts_of(box_of(footprint))
    assert len(parts) <= len(parts_of(box))
    corners = shapely.get_coordinates(shapely.from_geojson(json.dumps(footprint))).tolist()
    assert all(meet(parts, [(x, y, x, y)]) for x, y in corners)


@pytest.mark.parametrize(
    ("geometry", "box"),
    [
        (None, None),
        ({"type": "GeometryCollection", "geometries": []}, None),
        ({"type": "Point", "coordinates": []}, None),
        ({"type": "Point", "coordinates": [7.5, 47.5, 300]}, (7.5, 47.5, 7.5, 47.5)),
        ({"type": "MultiPoint", "coordinates": [[179, 1], [-179, 2]]}, (179, 1, -179, 2)),
        ({"type": "MultiPoint", "coordinates": [[90, 1], [-80, 2]]}, (-80, 1, 90, 2)),
        ({"type": "LineString", "coordinates": [[179, 1], [-179, 2]]}, (-179, 1, 179, 2)),
        ({"type": "Point", "coordinates": [1e-300, -1e-300]}, (0, -1e-07, 1e-07, 0)),
        (footprint_of_box((-4.0955347, 30, -3.5122265, 31)), (-4.0955347, 30, -3.5122265, 31)),
        (footprint_of_box((177, -20, -178, -15)), (177, -20, -178, -15)),
        (footprint_of_box((-180, -90, 180, -80)), (-180, -90, 180, -80)),
    ],
)
def test_boxes(geometry: dict[str, Any] | None, box: Box | None) -> None:
    assert box_of(geometry) == box
