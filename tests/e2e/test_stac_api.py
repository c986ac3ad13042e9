"""The STAC API as pystac-client reads it, every document judged by the published schemas."""

from typing import Any

import pytest
from pystac_client import Client

from tests.door import plain
from tests.stac_schemas import complaints

Ready = dict[str, Any]
COLLECTIONS = {"natural-earth--countries", "scripps--mauna-loa-co2", "noaa--globe-land-mask"}


@pytest.fixture
def root(ready: Ready) -> str:
    return f"{ready['web']}/stac"


def documents(root: str, path: str, name: str) -> list[dict[str, Any]]:
    """All of a list, page by page by its own links."""
    found: list[dict[str, Any]] = []
    url: str | None = f"{root}{path}?limit=2"
    while url:
        page = plain.get(url).raise_for_status().json()
        found += page[name]
        url = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
    return found


def test_pystac_client_reads_it(root: str) -> None:
    client = Client.open(root)
    collections = {one.id: one for one in client.get_collections()}
    assert set(collections) >= COLLECTIONS
    for name in COLLECTIONS:
        items = list(collections[name].get_items())
        assert {item.collection_id for item in items} <= {name}
        for item in items:
            assert item.get_self_href()
            assert item.assets
    assert list(collections["noaa--globe-land-mask"].get_items())


def test_the_landing_page_is_a_catalog(root: str) -> None:
    landing = plain.get(root).raise_for_status().json()
    assert landing["type"] == "Catalog"
    assert complaints(landing) == []
    classes = " ".join(landing["conformsTo"])
    for wanted in ("/core", "/collections", "ogcapi-features-1/1.0/conf/core"):
        assert wanted in classes
    relations = {one["rel"] for one in landing["links"]}
    assert {"self", "root", "data", "conformance", "service-desc"} <= relations


def test_collections_are_valid_and_say_where_and_when(root: str) -> None:
    collections = {one["id"]: one for one in documents(root, "/collections", "collections")}
    assert set(collections) >= COLLECTIONS
    for collection in collections.values():
        assert complaints(collection) == [], collection["id"]
    world = collections["natural-earth--countries"]["extent"]["spatial"]["bbox"][0]
    assert world[0] == pytest.approx(-180, abs=1)
    mask = collections["noaa--globe-land-mask"]["extent"]
    assert mask["temporal"]["interval"][0][0].startswith("1999-06-30")


@pytest.mark.parametrize("name", sorted(COLLECTIONS))
def test_items_are_valid_and_their_links_lead_somewhere(root: str, name: str) -> None:
    items = documents(root, f"/collections/{name}/items", "features")
    assert len({one["id"] for one in items}) == len(items)
    for item in items:
        assert complaints(item) == [], item["id"]
        for asset in item["assets"].values():
            assert plain.head(asset["href"]).status_code == 200
        links = {one["rel"]: one["href"] for one in item["links"]}
        assert plain.get(links["self"]).json()["id"] == item["id"]
        assert plain.get(links["collection"]).json()["id"] == name


@pytest.mark.parametrize(
    "path",
    [
        "/collections/none--none",
        "/collections/none",
        "/collections/none--none/items",
        "/collections/noaa--globe-land-mask/items/none",
        "/collections/%2e%2e",
        "/none",
    ],
)
def test_what_is_not_there(root: str, path: str) -> None:
    answer = plain.get(f"{root}{path}")
    assert answer.status_code == 404
    assert "detail" in answer.json() or "description" in answer.json()


@pytest.mark.parametrize("limit", ["0", "-1", "many", "99999"])
def test_limits_that_are_none(root: str, limit: str) -> None:
    answer = plain.get(f"{root}/collections/noaa--globe-land-mask/items?limit={limit}")
    assert answer.status_code in {200, 400}
    if answer.is_success:
        assert len(answer.json()["features"]) <= 10_000


def test_pages_of_other_origins_may_read(root: str) -> None:
    answer = plain.get(root, headers={"origin": "https://viewer.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
