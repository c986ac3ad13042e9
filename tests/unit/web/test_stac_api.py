"""The STAC API's own part: links, tags, errors, its description."""

import httpx
import jsonschema_rs
import orjson
import pytest
from starlette.requests import Request

from services.web.stac_api.answers import answer, refusal
from services.web.stac_api.app import ROUTES, WRITTEN, create_stac_api
from services.web.stac_api.browsing import _more
from services.web.stac_api.description import describe
from services.web.stac_api.links import GEOJSON, Links
from services.web.stac_api.queryables import queryables
from shared.errors import NotFound, Unauthenticated, Unavailable

LINKS = Links("https://data.example")


def rels(links: list[dict[str, str]]) -> dict[str, str]:
    return {link["rel"]: link["href"] for link in links}


def test_the_landing_page_leads_everywhere() -> None:
    found = rels(LINKS.landing())
    assert found["self"] == found["root"] == "https://data.example/stac"
    assert found["data"] == "https://data.example/stac/collections"
    assert found["service-desc"] == "https://data.example/stac/api"
    assert {"conformance", "service-doc"} <= found.keys()


def test_a_collection_leads_to_its_items_and_its_page() -> None:
    found = rels(LINKS.collection({"id": "noaa--globe-land-mask"}))
    assert found["items"] == "https://data.example/stac/collections/noaa--globe-land-mask/items"
    assert found["about"] == "https://data.example/noaa/globe-land-mask"
    assert found["parent"] == "https://data.example/stac/catalogs/noaa"
    assert found["child"] == "https://data.example/stac/catalogs/noaa/globe-land-mask"


def test_what_can_be_asked_is_a_schema_with_the_values_there_are() -> None:
    found = queryables("https://data.example/q", "All", {"coop:format": ["COG"], "gsd": {"max": 1}})
    jsonschema_rs.Draft202012Validator(found)
    assert found["$id"] == "https://data.example/q"
    assert found["properties"]["coop:format"]["enum"] == ["COG"]
    assert "enum" not in queryables("https://data.example/q", "All")["properties"]["coop:format"]


def test_an_item_with_an_odd_id_has_an_address() -> None:
    found = rels(LINKS.item("noaa--mask", {"id": "a/b c?é"}))
    assert found["self"].endswith("/items/a%2Fb%20c%3F%C3%A9")


def test_the_last_link_of_a_long_list_leads_to_the_rest() -> None:
    assert _more(LINKS, "https://data.example/x", {}, None) == []
    (rest,) = _more(LINKS, "https://data.example/x", {"prefix": "a/"}, "t")
    assert rest["rel"] == "child"
    assert rest["href"] == "https://data.example/x?prefix=a%2F&token=t"


def test_only_a_page_with_more_behind_it_has_a_next() -> None:
    assert "next" not in rels(LINKS.items("c--d", {}, None))
    found = rels(LINKS.items("c--d", {"limit": "2"}, "t/ö"))
    assert found["next"].endswith("/items?limit=2&token=t%2F%C3%B6")
    assert found["self"].endswith("/items?limit=2")


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


def test_the_same_document_is_not_sent_twice() -> None:
    first = answer(request(), {"a": 1})
    tag = first.headers["etag"]
    again = answer(request(if_none_match=f'"x", {tag}'), {"a": 1})
    assert again.status_code == 304
    assert again.body == b""
    assert again.headers["etag"] == tag
    assert answer(request(if_none_match=tag), {"a": 2}).status_code == 200


def test_scripts_of_other_sites_may_read() -> None:
    for response in (answer(request(), {}), refusal(NotFound())):
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


def test_a_refusal_says_how_to_go_on() -> None:
    assert refusal(Unauthenticated()).headers["www-authenticate"] == "Bearer"
    assert refusal(Unavailable()).headers["retry-after"] == "5"
    assert "retry-after" not in refusal(NotFound()).headers


def test_documents_say_what_they_are() -> None:
    assert answer(request(), {}, GEOJSON).headers["content-type"] == GEOJSON


async def test_a_script_may_ask_first_at_every_address() -> None:
    transport = httpx.ASGITransport(create_stac_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for path in ROUTES:
            response = await client.options(path.replace("{", "").replace("}", ""))
            assert response.status_code == 204
            assert "authorization" in response.headers["access-control-allow-headers"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/no", 404), ("POST", "/api", 405)])
async def test_what_is_not_there_is_a_problem(method: str, path: str, status: int) -> None:
    transport = httpx.ASGITransport(create_stac_api())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        response = await client.request(method, path)
    assert response.status_code == status
    assert ("allow" in response.headers) == (status == 405)
    assert response.headers["access-control-allow-origin"] == "*"


def test_the_description_names_every_address() -> None:
    described = describe("https://data.example")
    assert described["openapi"].startswith("3.0")
    assert set(described["paths"]) == set(ROUTES) - {"/api"}
    orjson.dumps(described)
    minimal = {"type": "object", "required": ["openapi", "info", "paths"]}
    jsonschema_rs.validate(minimal, described)


def test_the_description_names_every_method() -> None:
    told = {path: set(one) for path, one in describe("https://data.example")["paths"].items()}
    taken = {path: {"get", *map(str.lower, WRITTEN.get(path, ()))} for path in ROUTES}
    assert told == {path: methods for path, methods in taken.items() if path != "/api"}


def test_a_body_can_ask_what_an_address_can() -> None:
    search = describe("https://data.example")["paths"]["/search"]
    schema = search["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert list(schema["properties"]) == [one["name"] for one in search["get"]["parameters"]]
    takes = jsonschema_rs.Draft4Validator(schema).is_valid
    assert takes({"bbox": [5, 50, 8, 54], "sortby": [{"field": "datetime", "direction": "desc"}]})
    assert takes({"fields": {"include": ["id"]}, "filter": {"op": "<", "args": []}})
    assert not takes({"sortby": [{"field": "datetime", "direction": "up"}]})
    assert not takes({"fields": "id"})
