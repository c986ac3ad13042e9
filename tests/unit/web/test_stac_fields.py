"""Which members of an item are told."""

from typing import Any

import pytest

from services.web.stac_api.fields import Fields, fields_of

ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "stac_extensions": [],
    "id": "a",
    "collection": "c--d",
    "geometry": None,
    "bbox": [0, 0, 1, 1],
    "links": [],
    "assets": {"data": {"href": "x", "roles": ["data"]}, "thumbnail": {"href": "y"}},
    "properties": {"datetime": "1999-06-30T00:00:00Z", "title": "t", "a": {"b": 1, "c": 2}},
}
USUAL = ITEM.keys() - {"stac_extensions"}


def told(said: Any) -> dict[str, Any]:
    return fields_of(said).told(ITEM)


@pytest.mark.parametrize("said", ["", {}, {"include": None, "exclude": []}, "id", "+id, type"])
def test_what_makes_an_item_is_always_there(said: Any) -> None:
    assert told(said).keys() == USUAL
    assert told(said)["properties"] == {"datetime": "1999-06-30T00:00:00Z"}
    assert told(said)["assets"] == ITEM["assets"]


@pytest.mark.parametrize(
    ("said", "properties"),
    [
        ("properties.title", {"datetime", "title"}),
        ("title", {"datetime", "title"}),
        ("properties,properties.title", {"datetime", "title", "a"}),
        ("properties,-properties.title", {"datetime", "a"}),
        ("properties,-title,-datetime", {"a"}),
        ("properties.none", {"datetime"}),
        ("title,-title", {"datetime"}),
    ],
)
def test_properties(said: str, properties: set[str]) -> None:
    assert told(said)["properties"].keys() == properties


def test_what_is_deeper() -> None:
    assert told("a.b")["properties"]["a"] == {"b": 1}
    assert told("-a.b,properties")["properties"]["a"] == {"c": 2}
    assert told({"exclude": ["assets.data.roles"]})["assets"]["data"] == {"href": "x"}
    assert told("title.more.below")["properties"]["title"] == "t"


def test_all_but_what_is_left_out() -> None:
    assert told("-geometry,-assets") == {
        name: value for name, value in ITEM.items() if name not in {"geometry", "assets"}
    }
    assert "properties" not in told("id,-properties")


def test_a_body_says_the_same_as_an_address() -> None:
    assert fields_of("id,-geometry,+title") == fields_of(
        {"include": ["id", "title"], "exclude": ["geometry"]}
    )
    assert Fields().told(ITEM) == told("")


def test_the_item_itself_is_left_as_it_is() -> None:
    before = repr(ITEM)
    told("a.b,-a.c,-assets.data")
    assert repr(ITEM) == before


@pytest.mark.parametrize(
    "said",
    [
        7,
        [],
        ["id"],
        {"include": "id"},
        {"include": [1]},
        {"exclude": [""]},
        ",".join("a" * 201),
        "a" * 300,
    ],
)
def test_what_cannot_be(said: Any) -> None:
    with pytest.raises(ValueError, match="must"):
        fields_of(said)
