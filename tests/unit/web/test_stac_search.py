"""Searching items: what is asked for is read strictly, and goes to the indexer as it was said."""

from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from starlette.requests import Request

from services.web.stac_api.app import create_stac_api
from services.web.stac_api.filters import DEEPEST, LARGEST_GEOMETRY, Wanted, from_query, read
from services.web.stac_api.links import Links
from services.web.stac_api.views import CONFORMS_TO
from shared.errors import Invalid

POINT = {"type": "Point", "coordinates": [7.58, 47.56]}


def blamed(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [one["field"] for one in refused.value.errors]


def query(text: str) -> Wanted:
    return from_query(Request({"type": "http", "query_string": text.encode(), "headers": []}))


def nested(levels: int) -> dict[str, Any]:
    shape: dict[str, Any] = POINT
    for _ in range(levels):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    return shape


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"limit": True}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"token": "a" * 5000}, "token"),
        ({"token": 7}, "token"),
        ({"bbox": []}, "bbox"),
        ({"bbox": [1, 2, 3]}, "bbox"),
        ({"bbox": [1, 2, 3, 4, 5]}, "bbox"),
        ({"bbox": ["a", 2, 3, 4]}, "bbox"),
        ({"bbox": [True, 2, 3, 4]}, "bbox"),
        ({"bbox": [None, 2, 3, 4]}, "bbox"),
        ({"bbox": [0, 50, 1, 40]}, "bbox"),
        ({"bbox": [0, 50, 0, 1, 40, 9]}, "bbox"),
        ({"bbox": [0, 0, float("nan"), 1]}, "bbox"),
        ({"bbox": [0, 0, 0, 1, 1, float("inf")]}, "bbox"),
        ({"bbox": [0, 0, 400, 1]}, "bbox"),
        ({"bbox": "0,0,1,1"}, "bbox"),
        ({"datetime": ""}, "datetime"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "1999-06-30"}, "datetime"),
        ({"datetime": "1999-06-30T00:00Z"}, "datetime"),
        ({"datetime": "19990630T000000Z"}, "datetime"),
        ({"datetime": "1999-06-30T00:00:00"}, "datetime"),
        ({"datetime": "1999-06-30T00:00:00,5Z"}, "datetime"),
        ({"datetime": "1999-02-30T00:00:00Z"}, "datetime"),
        ({"datetime": "0001-01-01T00:00:00+14:00"}, "datetime"),
        ({"datetime": "../.."}, "datetime"),
        ({"datetime": "2001-01-01T00:00:00Z/2000-01-01T00:00:00Z"}, "datetime"),
        ({"datetime": "2001-01-01T00:00:00Z/2000-01-01T00:00:00Z/.."}, "datetime"),
        ({"collections": [1]}, "collections"),
        ({"collections": ["a--b"] * 101}, "collections"),
        ({"ids": {"a": 1}}, "ids"),
        ({"ids": ["a"] * 1001}, "ids"),
        ({"ids": ["a" * 300]}, "ids"),
        ({"intersects": "Point"}, "intersects"),
        ({"intersects": []}, "intersects"),
        ({"intersects": {}}, "intersects"),
        ({"intersects": nested(DEEPEST)}, "intersects"),
        ({"intersects": POINT | {"more": "x" * LARGEST_GEOMETRY}}, "intersects"),
        ({"bbox": [0, 0, 1, 1], "intersects": POINT}, "bbox"),
        ({"sortby": 7}, "sortby"),
        ({"sortby": ""}, "sortby"),
        ({"sortby": "a,b,c,d,e"}, "sortby"),
        ({"sortby": ["+"]}, "sortby"),
        ({"sortby": [{"field": ""}]}, "sortby"),
        ({"sortby": [{"direction": "asc"}]}, "sortby"),
        ({"sortby": [{"field": "a", "direction": "up"}]}, "sortby"),
        ({"sortby": [{"field": "a", "direction": ["asc"]}]}, "sortby"),
        ({"sortby": [{"field": "a" * 257}]}, "sortby"),
        ({"sortby": [None]}, "sortby"),
        ({"fields": 7}, "fields"),
        ({"fields": {"include": "id"}}, "fields"),
        ({"query": []}, "query"),
        ({"filter": 7}, "filter"),
        ({"filter": []}, "filter"),
        ({"filter": "a ="}, "filter"),
        ({"filter": "(" * 5000}, "filter"),
        ({"filter": {"op": "not"}, "filter-lang": "cql2-text"}, "filter"),
        ({"filter": "{", "filter-lang": "cql2-json"}, "filter"),
        ({"filter": "a", "filter-lang": "cql"}, "filter-lang"),
        ({"filter": "a", "filter-lang": ["cql2-text"]}, "filter-lang"),
        ({"filter": {"a": "x" * 70_000}}, "filter"),
        ({"filter": nested(70)}, "filter"),
        ({"filter": "a", "filter-crs": "EPSG:3857"}, "filter-crs"),
        ({"filter": "a", "filter-crs": {}}, "filter-crs"),
        ({"query": {"a": 1}}, "query"),
        ({"query": {"a": {"is": 1}}}, "query"),
        ({"query": {"a" * 257: {"eq": 1}}}, "query"),
        ({"query": {"a": {"eq": None}}}, "query"),
        ({"query": {"a": {"eq": [1]}}}, "query"),
        ({"query": {"a": {"eq": "a" * 1025}}}, "query"),
        ({"query": {"a": {"in": "abc"}}}, "query"),
        ({"query": {"a": {"in": [{}]}}}, "query"),
        ({"query": {"a": {"in": [1] * 251}}}, "query"),
        ({"query": {"a": {"contains": 1}}}, "query"),
    ],
)
def test_what_cannot_be_is_refused_by_name(values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(values)
    assert blamed(refused) == [field]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("bbox=1,2,3", "bbox"),
        ("bbox=1,2,3,", "bbox"),
        ("bbox=", "bbox"),
        ("limit=", "limit"),
        ("datetime=1999-06-30T00:00:00+02:00", "datetime"),
        ("intersects={", "intersects"),
        ("intersects=" + "[" * 2000, "intersects"),
        ("query={", "query"),
        ("query=7", "query"),
        ("query=", "query"),
        ("filter=", "filter"),
        ("filter=a%20%2B%201%20=%202", "filter"),
        ("filter=%5B&filter-lang=cql2-json", "filter"),
        ("sortby=", "sortby"),
        ("sortby=a,,b", "sortby"),
        ("fields=" + "a" * 300, "fields"),
    ],
)
def test_what_cannot_be_in_an_address(text: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        query(text)
    assert blamed(refused) == [field]


def test_an_address_says_the_same_as_a_body() -> None:
    times = "1999-06-30T00:00:00Z/.."
    said = query(f"limit=7&ids=a,b&collections=c--d&bbox=1,2,-100,3,4,100&datetime={times}&f=json")
    body = {"limit": 7, "ids": ["a", "b"], "collections": "c--d", "datetime": times}
    assert said == read(body | {"bbox": [1, 2, -100, 3, 4, 100], "query": {}})
    assert said.interval == (datetime(1999, 6, 30, tzinfo=UTC), None)
    assert query(f"intersects={orjson.dumps(POINT).decode()}") == read({"intersects": POINT})


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1999-06-30T02:00:00+02:00", 1999, 1999),
        ("1999-06-30t00:00:00z", 1999, 1999),
        ("1999-06-30T00:00:00Z/2001-06-30T00:00:00.123Z", 1999, 2001),
        ("../2001-06-30T00:00:00Z", None, 2001),
        ("/2001-06-30T00:00:00Z", None, 2001),
        ("2001-06-30T00:00:00Z/", 2001, None),
    ],
)
def test_times(text: str, start: int | None, end: int | None) -> None:
    interval = read({"datetime": text}).interval
    assert interval is not None
    assert [one and one.astimezone(UTC).year for one in interval] == [start, end]


def test_a_box_over_the_antimeridian_is_one() -> None:
    assert read({"bbox": [177, -20, -178, -15]}).bbox == (177, -20, -178, -15)


def names(wanted: Wanted) -> list[tuple[str, bool]]:
    return [(one.field, one.descending) for one in wanted.sort]


def test_an_order_is_said_in_three_ways() -> None:
    fields = [("properties.datetime", True), ("id", False), ("eo:cloud_cover", False)]
    assert names(query("sortby=-properties.datetime,%2Bid,eo:cloud_cover")) == fields
    assert names(query("sortby=-properties.datetime,+id,eo:cloud_cover")) == fields
    listed = [{"field": "properties.datetime", "direction": "desc"}, {"field": "id"}]
    assert names(read({"sortby": [*listed, "+eo:cloud_cover"]})) == fields


def test_a_query_is_said_as_a_condition() -> None:
    said = {"gsd": {"gte": 5, "lt": 10}, "title": {"startsWith": "50%", "in": ["a", 1]}}
    gsd, title = {"property": "gsd"}, {"property": "title"}
    wanted = read({"query": said})
    assert wanted.condition == {
        "op": "and",
        "args": [
            {"op": ">=", "args": [gsd, 5]},
            {"op": "<", "args": [gsd, 10]},
            {"op": "like", "args": [title, "50\\%%"]},
            {"op": "in", "args": [title, ["a", 1]]},
        ],
    }
    assert query(f"query={orjson.dumps(said).decode().replace('%', '%25')}") == wanted
    assert read({"query": {}}).condition is None
    patterns = {"a": {"contains": "b", "endsWith": "c"}, "d": {"eq": True, "neq": "x", "lte": 1}}
    condition = read({"query": patterns}).condition
    assert isinstance(condition, dict)
    assert [one["args"][1] for one in condition["args"]] == ["%b%", "%c", True, "x", 1]
    assert [one["op"] for one in condition["args"]] == ["like", "like", "=", "<>", "<="]


def test_a_filter_is_said_in_four_ways() -> None:
    said = {"op": "<", "args": [{"property": "gsd"}, 10.0]}
    written = orjson.dumps(said).decode()
    crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    for wanted in (
        read({"filter": said, "filter-crs": crs}),
        read({"filter": "gsd < 10", "filter-lang": "cql2-text"}),
        query("filter=gsd%20<%2010"),
        query(f"filter={written}&filter-lang=cql2-json&filter-crs={crs}"),
    ):
        assert wanted.condition == said
        assert wanted.is_filtered
    more = read({"filter": said, "query": {"a": {"eq": 1}}}).condition
    assert isinstance(more, dict)
    assert [one["op"] for one in more["args"]] == ["and", "<"]
    assert read({"filter": False}).is_filtered


def test_who_asks_for_too_many_gets_what_we_give() -> None:
    assert read({"limit": 10**12}).limit == 1000
    assert read({}).limit == 100


def test_without_a_filter_nothing_is_looked_at() -> None:
    assert not Wanted(limit=5, token="t", collections=("a--b",)).is_filtered
    assert read({"intersects": POINT}).is_filtered
    assert read({"query": {"gsd": {"gt": 1}}}).is_filtered
    assert read({"sortby": "id"}).is_filtered
    assert not read({"fields": "id"}).is_filtered


def test_the_next_page_of_a_post_merges_a_token_into_the_body() -> None:
    following = Links("https://data.example").search_by_post("new")[-1]
    assert (following["rel"], following["method"], following["merge"]) == ("next", "POST", True)
    assert following["body"] == {"token": "new"}
    assert following["href"] == "https://data.example/stac/search"
    assert len(Links("https://data.example").search_by_post(None)) == 2


def test_clients_find_the_search() -> None:
    assert "https://api.stacspec.org/v1.0.0/item-search" in CONFORMS_TO
    links = Links("https://data.example").landing()
    found = {(one["method"], one["type"]) for one in links if one["rel"] == "search"}
    assert found == {("GET", "application/geo+json"), ("POST", "application/geo+json")}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"[" * 5000, b"\xff"])
async def test_a_body_that_is_none(body: bytes) -> None:
    transport = httpx.ASGITransport(create_stac_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        response = await client.post("/search", content=body)
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.json()["errors"][0]["field"] == "body"
        asked = await client.options("/search")
        assert "POST" in asked.headers["access-control-allow-methods"]
