"""Searching items: what is asked for is read strictly, and matched exactly."""

from typing import Any

import pytest

from services.web.stac_api.filters import Wanted, read
from services.web.stac_api.geometry import MOST_POINTS, bounds, check_geometry, intersects
from services.web.stac_api.links import Links
from services.web.stac_api.search import Stop, _pack, _unpack
from shared.errors import Invalid


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def item(**more: Any) -> dict[str, Any]:
    whole = {
        "id": "a",
        "bbox": [-12, 35, 30, 60],
        "geometry": box(-12, 35, 30, 60),
        "properties": {"datetime": "1999-06-30T00:00:00Z"},
    }
    return {**whole, **more}


RING = {
    "type": "Polygon",
    "coordinates": [box(0, 0, 10, 10)["coordinates"][0], box(4, 4, 6, 6)["coordinates"][0]],
}


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (box(0, 0, 2, 2), box(1, 1, 3, 3), True),
        (box(0, 0, 2, 2), box(2, 2, 3, 3), True),
        (box(0, 0, 2, 2), box(3, 3, 4, 4), False),
        (box(0, 0, 9, 9), box(1, 1, 2, 2), True),
        (box(0, 1, 9, 2), box(4, 0, 5, 9), True),
        (RING, box(4.5, 4.5, 5.5, 5.5), False),
        (RING, {"type": "Point", "coordinates": [5, 5]}, False),
        (RING, {"type": "Point", "coordinates": [1, 1]}, True),
        (RING, {"type": "Point", "coordinates": [0, 5]}, True),
        (RING, {"type": "Point", "coordinates": [11, 5]}, False),
        (RING, {"type": "MultiPoint", "coordinates": [[5, 5], [20, 20]]}, False),
        (RING, {"type": "MultiPoint", "coordinates": [[5, 5], [1, 1]]}, True),
        (RING, {"type": "LineString", "coordinates": [[4.5, 5], [5.5, 5]]}, False),
        (RING, {"type": "LineString", "coordinates": [[-1, 5], [11, 5]]}, True),
        (RING, {"type": "MultiLineString", "coordinates": [[[20, 20], [21, 21]]]}, False),
        (
            {"type": "LineString", "coordinates": [[0, 0], [2, 2]]},
            {"type": "LineString", "coordinates": [[0, 2], [2, 0]]},
            True,
        ),
        (
            {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
            {"type": "LineString", "coordinates": [[2, 2], [3, 3]]},
            False,
        ),
        (
            {"type": "MultiPolygon", "coordinates": [box(170, -20, 180, -10)["coordinates"]]},
            {"type": "Point", "coordinates": [175, -15]},
            True,
        ),
        (
            {"type": "GeometryCollection", "geometries": [box(0, 0, 1, 1), box(5, 5, 6, 6)]},
            {"type": "Point", "coordinates": [5.5, 5.5, 100]},
            True,
        ),
    ],
)
def test_geometries_that_share_a_point(
    one: dict[str, Any], other: dict[str, Any], meet: bool
) -> None:
    assert intersects(one, other) is meet
    assert intersects(other, one) is meet


def test_the_bounds_of_a_geometry() -> None:
    assert bounds(RING) == (0, 0, 10, 10)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        "x",
        [],
        {},
        {"type": "Circle", "coordinates": [0, 0]},
        {"type": "Point"},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "Point", "coordinates": [[0, 0]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection"}]},
        {"type": "LineString", "coordinates": [[n, n] for n in range(MOST_POINTS + 1)]},
    ],
)
def test_what_is_no_geometry_is_refused(geometry: object) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        check_geometry(geometry)
    if geometry is not None:
        with pytest.raises(Invalid):
            read({"intersects": geometry})


@pytest.mark.parametrize(
    ("values", "matches"),
    [
        ({}, True),
        ({"ids": ["a", "b"]}, True),
        ({"ids": ["b"]}, False),
        ({"bbox": [0, 40, 10, 50]}, True),
        ({"bbox": [31, 40, 40, 50]}, False),
        ({"bbox": [0, 40, -100, 10, 50, 100]}, True),
        ({"bbox": [170, 35, -10, 60]}, True),
        ({"bbox": [170, 35, -170, 60]}, False),
        ({"datetime": "1999-06-30T00:00:00Z"}, True),
        ({"datetime": "1999-06-30T02:00:00+02:00"}, True),
        ({"datetime": "1999-01-01T00:00:00Z/1999-12-31T00:00:00Z"}, True),
        ({"datetime": "2000-01-01T00:00:00Z/.."}, False),
        ({"datetime": "../1999-12-31T00:00:00Z"}, True),
        ({"datetime": "/1999-12-31T00:00:00Z"}, True),
        ({"intersects": {"type": "Point", "coordinates": [0, 50]}}, True),
        ({"intersects": {"type": "Point", "coordinates": [0, 0]}}, False),
        ({"unknown": "x", "query": {}}, True),
    ],
)
def test_what_is_asked_for(values: dict[str, Any], matches: bool) -> None:
    assert read(values).matches(item()) is matches


def test_an_item_of_an_interval_lies_wherever_it_overlaps() -> None:
    times = {"start_datetime": "1958-03-29T00:00:00Z", "end_datetime": "2001-12-29T00:00:00Z"}
    asked = read({"datetime": "1990-01-01T00:00:00Z/1991-01-01T00:00:00Z"})
    assert asked.matches(item(properties={"datetime": None, **times}))


def test_an_item_without_a_place_or_a_time_is_found_by_neither() -> None:
    nowhere = item(bbox=None, geometry=None, properties={"datetime": None})
    assert not read({"bbox": [-180, -90, 180, 90]}).matches(nowhere)
    assert not read({"datetime": "../2030-01-01T00:00:00Z"}).matches(nowhere)
    assert not read({"intersects": box(-180, -90, 180, 90)}).matches(nowhere)


def test_an_item_across_the_antimeridian_is_found_on_both_sides() -> None:
    fiji = item(bbox=[177, -20, -178, -15])
    for asked in ([178, -18, 179, -16], [-179, -18, -178.5, -16], [170, -18, -170, -16]):
        assert read({"bbox": asked}).matches(fiji)
    assert not read({"bbox": [0, -18, 10, -16]}).matches(fiji)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"bbox": [1, 2, 3]}, "bbox"),
        ({"bbox": ["a", 2, 3, 4]}, "bbox"),
        ({"bbox": [0, 50, 1, 40]}, "bbox"),
        ({"bbox": [0, 0, float("nan"), 1]}, "bbox"),
        ({"bbox": "0,0,1,1"}, "bbox"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "1999-06-30"}, "datetime"),
        ({"datetime": "1999-06-30T00:00:00"}, "datetime"),
        ({"datetime": "../.."}, "datetime"),
        ({"datetime": "2001-01-01T00:00:00Z/2000-01-01T00:00:00Z"}, "datetime"),
        ({"datetime": "2001-01-01T00:00:00Z/2000-01-01T00:00:00Z/.."}, "datetime"),
        ({"collections": [1]}, "collections"),
        ({"ids": {"a": 1}}, "ids"),
        ({"bbox": [0, 0, 1, 1], "intersects": box(0, 0, 1, 1)}, "bbox"),
    ],
)
def test_what_cannot_be_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(values)
    assert [one["field"] for one in refused.value.errors] == [field]


def test_who_asks_for_too_many_gets_what_we_give() -> None:
    assert read({"limit": 10**12}).limit == 1000
    assert read({}).limit == 100


def test_without_a_filter_nothing_is_looked_at() -> None:
    assert not Wanted(limit=5, token="t", collections=("a--b",)).is_filtered


@pytest.mark.parametrize("stop", [Stop(), Stop("a--b", "c", 3), Stop("", None, "cursor/ü")])
def test_a_token_comes_back(stop: Stop) -> None:
    assert _unpack(_pack(stop)) == stop


@pytest.mark.parametrize("token", ["x", "!!!", "W10", "WzEsMiwzXQ", "bnVsbA", "ü"])
def test_a_made_up_token_is_refused(token: str) -> None:
    with pytest.raises(Invalid):
        _unpack(token)


def test_the_next_page_of_a_post_is_the_same_body_with_a_token() -> None:
    links = Links("https://data.example").search_by_post({"limit": 2, "token": "old"}, "new")
    following = links[-1]
    assert (following["rel"], following["method"]) == ("next", "POST")
    assert following["body"] == {"limit": 2, "token": "new"}
    assert len(Links("https://data.example").search_by_post({}, None)) == 2
