"""Exploring: filters as people write them, items as they read them, footprints on a map."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.web.forms.checking import check
from services.web.forms.exploring import ExploreForm
from services.web.render.footprint import Box, around, seen, world
from services.web.render.items import days_of, key_of, names_of

WORLD = world([]).view


def item(href: str = "", **properties: Any) -> dict[str, Any]:
    assets = {"data": {"href": href}} if href else {}
    return {"collection": "noaa--globe-land-mask", "assets": assets, "properties": properties}


def test_nothing_asked_is_everything() -> None:
    form, filled = check(ExploreForm, {"bbox": " ", "start": "", "end": "", "within": ""})
    assert form == ExploreForm()
    assert not filled.is_refused


@pytest.mark.parametrize("text", ["-12,35,30,60", "-12, 35, 30, 60", " -12 35  30 60 "])
def test_a_box_as_people_write_it(text: str) -> None:
    form, _ = check(ExploreForm, {"bbox": text})
    assert form is not None
    assert form.bbox == [-12, 35, 30, 60]


def test_days_are_whole() -> None:
    form, _ = check(ExploreForm, {"start": "1999-06-30", "end": "1999-06-30"})
    assert form is not None
    start, end = form.interval
    assert start == datetime(1999, 6, 30, tzinfo=UTC)
    assert end == datetime(1999, 6, 30, 23, 59, 59, 999999, UTC)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("bbox", "1, 2", "It must have 4 or 6 numbers."),
        ("bbox", "a, b, c, d", "It must have 4 or 6 numbers."),
        ("bbox", "nan, 0, 1, 1", "It must have 4 or 6 numbers."),
        ("bbox", "0, 60, 1, 50", "It has its south above its north."),
        ("bbox", "0, 0, 1, 1e9", "It must be in degrees."),
        ("bbox", "1," * 200, "It must have 4 or 6 numbers."),
        ("start", "May", "Write the date as 2024-05-31."),
        ("start", "1999-06-30T12:00:00Z", "Write the date as 2024-05-31."),
        ("start", "0", "Write the date as 2024-05-31."),
        ("start", "19990630", "Write the date as 2024-05-31."),
        ("start", "1999-W26-3", "Write the date as 2024-05-31."),
        ("start", "1999-02-30", "Write the date as 2024-05-31."),
        ("end", "1999-06-29", "It is before the first day."),
        ("within", "No Name", "Write an account as noaa, a repository as noaa/globe-land-mask."),
        ("within", "noaa/a/b", "Write an account as noaa, a repository as noaa/globe-land-mask."),
    ],
)
def test_a_filter_that_is_none_is_told_at_its_field(field: str, text: str, said: str) -> None:
    form, filled = check(ExploreForm, {"start": "1999-06-30", field: text})
    assert form is None
    assert filled.errors == {field: said}


def test_an_item_is_of_an_object_or_of_something_else() -> None:
    door = "http://127.0.0.1:9000/noaa/globe-land-mask"
    assert names_of(item()) == ("noaa", "globe-land-mask")
    assert key_of(item(f"{door}/a%20b/c.tif")) == "a b/c.tif"
    assert key_of(item("https://example.org/c.tif")) == ""
    assert key_of(item()) == ""


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"datetime": "1999-06-30T00:00:00Z", "coop:datetime_source": "file"}, "1999-06-30"),
        ({"datetime": "1999-06-30T00:00:00Z", "coop:datetime_source": "upload"}, ""),
        (
            {
                "datetime": None,
                "start_datetime": "1958-03-29T00:00:00Z",
                "end_datetime": "2001-12-29T00:00:00Z",
            },
            "1958-03-29 to 2001-12-29",
        ),
        ({"datetime": None}, ""),
    ],
)
def test_the_days_of_an_item(said: dict[str, Any], days: str) -> None:
    assert days_of(item(**said)) == days


def test_what_a_map_shows_of_a_footprint() -> None:
    assert seen(WORLD, [-12, 35, 30, 60]) == (Box(168, 30, 42, 25),)
    across = seen(WORLD, [177, -20, -173, -10])
    assert sorted(box.x for box in across) == [-3, 357]
    (point,) = seen(WORLD, [7.5, 47.5, 7.5, 47.5])
    assert point.width == point.height == 3
    assert seen(around([-12, 35, 30, 60]).view, [140, -40, 150, -30]) == ()


def test_a_map_across_the_antimeridian_shows_what_lies_on_either_side() -> None:
    view = around([175, -20, -175, -15]).view
    for west in (176, -179):
        (box,) = seen(view, [west, -18, west + 2, -16])
        assert view.x < box.x < view.x + view.width
