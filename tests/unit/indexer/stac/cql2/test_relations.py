"""Relations of CQL2: shapes, times and lists; the same over many items as one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from services.indexer.settings import SearchSettings
from services.indexer.stac.cql2.conditions import condition_of
from services.indexer.stac.cql2.temporal import RELATIONS as TIMES
from shared.errors import Invalid

LIMITS = SearchSettings()
GEOMETRY, DATETIME = {"property": "geometry"}, {"property": "datetime"}


def op(name: str, *arguments: Any) -> dict[str, Any]:
    return {"op": name, "args": list(arguments)}


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def item(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    times = {"datetime": "2000-06-30T12:00:00Z"}
    return {"id": "a", "geometry": geometry, "properties": times | properties}


def said(expression: Any, there: dict[str, Any]) -> bool | None:
    return condition_of(expression, LIMITS)(there)


@pytest.mark.parametrize(
    ("name", "shape", "holds"),
    [
        ("s_intersects", box(1, 1, 2, 2), True),
        ("s_intersects", box(4, 0, 5, 1), True),
        ("s_intersects", box(5, 0, 6, 1), False),
        ("s_intersects", {"bbox": [350, 1, 360, 2]}, True),
        ("s_intersects", {"bbox": [170, 1, -170, 2]}, False),
        ("s_disjoint", box(5, 0, 6, 1), True),
        ("s_within", box(-1, -1, 5, 5), True),
        ("s_within", box(1, 1, 2, 2), False),
        ("s_contains", box(1, 1, 2, 2), True),
        ("s_contains", box(-1, -1, 5, 5), False),
        ("s_equals", box(0, 0, 4, 4), True),
        ("s_touches", box(4, 0, 5, 4), True),
        ("s_overlaps", box(3, 3, 5, 5), True),
        ("s_crosses", {"type": "LineString", "coordinates": [[-1, 2], [5, 2]]}, True),
    ],
)
def test_shapes(name: str, shape: Any, holds: bool) -> None:
    there = item(box(0, 0, 4, 4))
    turned = {"s_within": "s_contains", "s_contains": "s_within"}.get(name, name)
    assert said(op(name, GEOMETRY, shape), there) is holds
    assert said(op(turned, shape, GEOMETRY), there) is holds
    assert said(op(name, GEOMETRY, shape), item()) is None


@pytest.mark.parametrize(
    ("name", "other", "holds"),
    [
        ("t_after", {"timestamp": "2000-06-30T11:59:59Z"}, True),
        ("t_after", "2000-06-30T12:00:00Z", False),
        ("t_before", {"date": "2000-07-01"}, True),
        ("t_before", {"date": "2000-06-30"}, False),
        ("t_during", {"date": "2000-06-30"}, True),
        ("t_during", {"interval": ["..", "2000-07-01T00:00:00Z"]}, True),
        ("t_during", {"interval": [{"date": "2000-07-01"}, ".."]}, False),
        ("t_intersects", {"interval": ["2000-06-30T12:00:00Z", ".."]}, True),
        ("t_disjoint", {"interval": ["2001-01-01", ".."]}, True),
        ("t_equals", "2000-06-30T14:00:00+02:00", True),
        ("t_equals", DATETIME, True),
        ("t_before", {"property": "end_datetime"}, None),
    ],
)
def test_times(name: str, other: Any, holds: bool | None) -> None:
    assert said(op(name, DATETIME, other), item()) is holds


def test_the_time_of_an_interval_is_all_of_it() -> None:
    ends = {"start_datetime": "2000-01-01T00:00:00Z", "end_datetime": "2000-12-31T00:00:00Z"}
    there = item(**ends | {"datetime": None})
    assert said(op("t_contains", DATETIME, {"date": "2000-06-30"}), there)
    assert said(op("t_equals", DATETIME, {"interval": list(ends.values())}), there)


@pytest.mark.parametrize(
    ("name", "other", "holds"),
    [
        ("a_contains", ["x"], True),
        ("a_contains", ["x", "z"], False),
        ("a_contains", [], True),
        ("a_containedby", ["y", "x", "z"], False),
        ("a_containedby", ["y", "x", "z", 1], True),
        ("a_equals", ["y", 1, "x", "x"], True),
        ("a_equals", ["y", True, "x"], False),
        ("a_overlaps", ["z", "x"], True),
        ("a_overlaps", ["z"], False),
        ("a_overlaps", {"property": "none"}, None),
    ],
)
def test_lists(name: str, other: Any, holds: bool | None) -> None:
    assert said(op(name, {"property": "tags"}, other), item(tags=["x", "y", 1])) is holds


@pytest.mark.parametrize(
    "expression",
    [
        op("s_within", GEOMETRY),
        op("s_within", GEOMETRY, "POINT(1 2)"),
        op("s_within", GEOMETRY, {}),
        op("s_within", {"property": "title"}, box(0, 0, 1, 1)),
        op("s_within", {"property": ["geometry"]}, box(0, 0, 1, 1)),
        op("s_within", GEOMETRY, {"type": "Point", "coordinates": ["a"]}),
        op("s_within", GEOMETRY, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}),
        op("s_within", GEOMETRY, {"type": "MultiPoint", "coordinates": [[0, 0]] * 3_000}),
        op("s_within", GEOMETRY, {"bbox": [0, 0, 1]}),
        op("s_within", GEOMETRY, {"bbox": [0, 0, 1, float("nan")]}),
        op("s_within", GEOMETRY, {"bbox": [0, 0, 1e300, 1]}),
        op("s_within", GEOMETRY, {"bbox": [0, 2, 1, 1]}),
        op("s_within", GEOMETRY, {"bbox": "0,0,1,1"}),
        op("t_after", DATETIME),
        op("t_after", DATETIME, "soon"),
        op("t_after", DATETIME, 7),
        op("t_after", DATETIME, {"date": ["2000-01-01"]}),
        op("t_after", DATETIME, {"interval": ["2000-01-01"]}),
        op("t_after", DATETIME, {"interval": ["2001-01-01", "2000-01-01"]}),
        op("t_after", DATETIME, {"interval": [None, ".."]}),
        op("t_after", DATETIME, {"interval": [["2000-01-01"], ".."]}),
        op("a_equals", [1]),
        op("a_equals", {"property": "a"}, 1),
        op("a_equals", {"property": "a"}, [[1]]),
        op("a_equals", {"property": "a"}, [None]),
    ],
)
def test_what_is_no_relation(expression: Any) -> None:
    with pytest.raises(Invalid) as refused:
        said(expression, item(box(0, 0, 1, 1)))
    assert [one["field"] for one in refused.value.errors] == ["filter"]


START = datetime(2000, 1, 1, tzinfo=UTC)
SPANS = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(sorted)


def moments(span: list[int]) -> list[str]:
    return [(START + timedelta(hours=hour)).isoformat() for hour in span]


@seed(20261128)
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(TIMES)), SPANS, SPANS)
def test_times_are_as_their_halves_are(name: str, mine: list[int], other: list[int]) -> None:
    """Each relation of two intervals, told by signs of differences, as Allen has them."""
    first, last = moments(mine)
    there = item(datetime=None, start_datetime=first, end_datetime=last)
    (a, b), (c, d) = mine, other
    expected = {
        "t_after": a > d,
        "t_before": b < c,
        "t_contains": a < c and d < b,
        "t_disjoint": not (a <= d and c <= b),
        "t_during": c < a and b < d,
        "t_equals": (a, b) == (c, d),
        "t_finishedby": b == d and a < c,
        "t_finishes": b == d and c < a,
        "t_intersects": max(a, c) <= min(b, d),
        "t_meets": b == c,
        "t_metby": a == d,
        "t_overlappedby": c < a < d < b,
        "t_overlaps": a < c < b < d,
        "t_startedby": a == c and d < b,
        "t_starts": a == c and b < d,
    }
    expression = op(name, DATETIME, {"interval": moments(other)})
    assert said(expression, there) is expected[name]


EDGES = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 3), st.integers(1, 3))
SHAPES = EDGES.map(lambda one: box(one[0], one[1], one[0] + one[2], one[1] + one[3]))
PLACES = ["s_intersects", "s_disjoint", "s_within", "s_contains", "s_equals", "s_touches"]


@seed(20261128)
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), SHAPES, SHAPES)
def test_shapes_are_as_shapely_has_them(name: str, mine: Any, other: Any) -> None:
    one, two = (shapely.geometry.shape(shape) for shape in (mine, other))
    expected = getattr(one, name.removeprefix("s_"))(two)
    assert said(op(name, GEOMETRY, other), item(mine)) is expected
