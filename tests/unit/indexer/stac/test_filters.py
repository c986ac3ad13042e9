"""Which items a search is for: shapes on a round Earth, and times with open ends."""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from services.indexer.extractors.earth import footprint_of_box
from services.indexer.models.written import written
from services.indexer.settings import SearchSettings
from services.indexer.stac.filters import filter_of
from services.indexer.stac.shapes import shape_of
from shared.contracts.indexer import SearchItems
from shared.errors import Invalid
from tests.effort import costing
from tests.scattered import item_of, when, where

Shape = dict[str, Any]
LIMITS = SearchSettings()
FIJI = (177.0, -20.0, -178.0, -15.0)
WORLD = (-180.0, -90.0, 180.0, 90.0)
EUROPE = (-12.0, 35.0, 30.0, 60.0)
BASEL = (7.5, 47.5, 7.5, 47.5)


def item(geometry: Shape | None, **times: str | None) -> Shape:
    return {"geometry": geometry, "properties": {"datetime": "1999-06-30T00:00:00Z"} | times}


def found(geometry: Shape | None, **asked: Any) -> bool:
    return filter_of(SearchItems(**asked), LIMITS).matches(item(geometry))


def point(x: float, y: float) -> Shape:
    return {"type": "Point", "coordinates": [x, y]}


def ring(*corners: tuple[float, float]) -> Shape:
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


@pytest.mark.parametrize(
    ("box", "asked", "meets"),
    [
        (EUROPE, [0, 40, 10, 50], True),
        (EUROPE, [0, 40, -100, 10, 50, 100], True),
        (EUROPE, [30, 60, 40, 70], True),
        (EUROPE, [30.01, 40, 40, 50], False),
        (EUROPE, [0, 61, 10, 70], False),
        (EUROPE, [170, 35, -10, 60], True),
        (EUROPE, [170, 35, -170, 60], False),
        (EUROPE, [31, 35, -13, 60], False),
        (EUROPE, [360, 40, 370, 50], True),
        (EUROPE, [-360, 40, -350, 50], True),
        (FIJI, [178, -18, 179, -16], True),
        (FIJI, [-179, -18, -178.5, -16], True),
        (FIJI, [170, -18, -170, -16], True),
        (FIJI, [170, -18, 190, -16], True),
        (FIJI, [-190, -18, -170, -16], True),
        (FIJI, [181, -18, 181.5, -16], True),
        (FIJI, [-177.5, -18, 176.5, -16], False),
        (FIJI, [0, -18, 10, -16], False),
        (FIJI, [180, -18, 180, -16], True),
        (FIJI, [-180, -90, 180, 90], True),
        (FIJI, [-360, -90, 360, 90], True),
        (WORLD, [5, 5, 5, 5], True),
        (BASEL, [7.5, 47.5, 7.5, 47.5], True),
        (BASEL, [7, 47.5, 8, 47.5], True),
        (BASEL, [7, 47, 8, 47.4], False),
    ],
)
def test_boxes(box: tuple[float, float, float, float], asked: list[float], meets: bool) -> None:
    assert found(footprint_of_box(box), bbox=asked) is meets


def test_a_box_is_compared_to_the_footprint_not_to_its_box() -> None:
    triangle = ring((0, 0), (10, 0), (0, 10))
    assert found(triangle, bbox=[1, 1, 2, 2])
    assert not found(triangle, bbox=[8, 8, 9, 9])


@pytest.mark.parametrize(
    ("geometry", "meets"),
    [
        (point(1, 1), True),
        (point(0, 5), True),
        (point(9, 9), False),
        ({"type": "MultiPoint", "coordinates": [[9, 9], [1, 1, 500]]}, True),
        ({"type": "LineString", "coordinates": [[-1, 5], [11, 5]]}, True),
        ({"type": "LineString", "coordinates": [[6, 9], [9, 6]]}, False),
        (ring((6, 6), (9, 6), (9, 9)), False),
        ({"type": "GeometryCollection", "geometries": [point(9, 9), point(1, 1)]}, True),
    ],
)
def test_geometries(geometry: Shape, meets: bool) -> None:
    assert found(ring((0, 0), (10, 0), (0, 10)), intersects=geometry) is meets


def test_a_footprint_that_crosses_itself_is_found_where_it_is() -> None:
    bow = ring((0, 0), (4, 4), (4, 0), (0, 4))
    assert found(bow, intersects=point(3.5, 2))
    assert not found(bow, intersects=point(2, 3.5))


def test_an_item_without_a_footprint_is_nowhere() -> None:
    assert found(None)
    assert not found(None, bbox=list(WORLD))


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Circle", "coordinates": [0, 0]},
        {"type": "Feature", "geometry": point(0, 0), "properties": {}},
        {"type": "FeatureCollection", "features": []},
        {"type": ["Point"], "coordinates": [0, 0]},
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Point", "coordinates": [[0, 0]]},
        {"type": "Point", "coordinates": None},
        {"type": "LineString", "coordinates": [[0, 0]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        ring((0, 0), (4, 4), (4, 0), (0, 4)),
        {"type": "GeometryCollection", "geometries": []},
        {"type": "GeometryCollection", "geometries": [{"type": "Point"}]},
        {"type": "Point", "coordinates": [float("inf"), 0]},
        {"type": "Point", "coordinates": [10**30, "x"]},
        {"type": "Point", "coordinates": [1e308, 1e308]},
        {"type": "LineString", "coordinates": [[0, 0], [361, 0]]},
    ],
)
def test_what_is_no_geometry_is_refused(geometry: Shape) -> None:
    with pytest.raises(Invalid) as refused:
        shape_of(geometry, "intersects")
    assert [one["field"] for one in refused.value.errors] == ["intersects"]


def test_a_shape_of_very_many_parts_is_refused_at_once() -> None:
    """Each part would be held against each other: a minute for half a megabyte."""
    squares = [[[[-n, -n], [n, -n], [n, n], [-n, n], [-n, -n]]] for n in range(1, 5000)]
    with costing(), pytest.raises(Invalid, match="more than 2,000 positions"):
        shape_of({"type": "MultiPolygon", "coordinates": squares}, "intersects")


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [
        (1999, 1999, True),
        (None, 1999, True),
        (1999, None, True),
        (None, 1998, False),
        (2000, None, False),
    ],
)
def test_moments(start: int | None, end: int | None, meets: bool) -> None:
    ends = [year and datetime(year, 6, 30, tzinfo=UTC) for year in (start, end)]
    assert found(None, start=ends[0], end=ends[1]) is meets


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [(1990, 1991, True), (1900, 1958, True), (2001, None, True), (None, 1957, False)],
)
def test_intervals(start: int | None, end: int | None, meets: bool) -> None:
    ends = [year and datetime(year, 6, 1, tzinfo=UTC) for year in (start, end)]
    times = {"start_datetime": "1958-03-29T00:00:00Z", "end_datetime": "2001-12-29T00:00:00Z"}
    wanted = filter_of(SearchItems(start=ends[0], end=ends[1]), LIMITS)
    assert wanted.matches(item(None, datetime=None, **times)) is meets


@pytest.mark.parametrize("bbox", [[], [1, 2, 3], [0] * 5, [0, 2, 1, 1], [0, 0, float("nan"), 1]])
def test_boxes_that_are_none(bbox: list[float]) -> None:
    with pytest.raises(ValidationError, match="bbox"):
        SearchItems(bbox=bbox)


def test_what_an_outline_settles_is_what_the_item_says() -> None:
    chance, settled = Random(8), Counter[bool | None]()
    for _ in range(3000):
        one = item_of(chance) | {"assets": {}}
        wanted = filter_of(SearchItems(**where(chance) | when(chance)), LIMITS)
        said = wanted.settles(written(one).outline)
        assert said in (None, wanted.matches(one)), (one, wanted)
        settled[said] += 1
    assert all(settled[said] > 500 for said in (True, False, None))
