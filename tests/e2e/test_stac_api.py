"""The STAC API as pystac-client reads it, every document judged by the published schemas."""

from typing import Any

import jsonschema_rs
import pystac
import pytest
from pystac_client import Client
from pystac_client.collection_search import collection_matches

from tests.door import plain
from tests.stac_schemas import complaints
from tests.waiting import until

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


def test_links_alone_lead_to_every_item(root: str) -> None:
    catalog = pystac.Catalog.from_file(root)
    walked = {(item.collection_id, item.id) for _, _, items in catalog.walk() for item in items}
    asked = {tuple(one.split("/", 1)) for one in found(root)}
    assert walked == asked
    names = [one.id for one in catalog.get_children()]
    assert {"natural-earth", "noaa", "scripps"} <= set(names)
    told = documents(root, "/children", "children")
    assert [one["id"] for one in told] == names
    assert [complaints(one) for one in told] == [[] for _ in told]
    folder = plain.get(f"{root}/catalogs/noaa/globe-land-mask").json()
    assert complaints(folder) == []
    for path in (
        "/catalogs/nobody",
        "/catalogs/noaa/none",
        "/catalogs/noaa/globe-land-mask?prefix=x/",
    ):
        assert plain.get(root + path).status_code == 404


MASK = "noaa--globe-land-mask"
FIJI = {"type": "Point", "coordinates": [178.0, -17.8]}
BASEL = {"type": "Point", "coordinates": [7.58, 47.56]}


def found(root: str, method: str = "POST", **asked: Any) -> list[str]:
    """The ids of what pystac-client finds, in pages of two."""
    search = Client.open(root).search(method=method, limit=2, **asked)
    return [f"{item.collection_id}/{item.id}" for item in search.items()]


def moment_of(properties: dict[str, Any]) -> str:
    """When an item begins; all are written alike, so that texts compare as times."""
    return str(properties.get("start_datetime") or properties["datetime"])


def is_at(properties: dict[str, Any], moment: str) -> bool:
    """Whether an item is of a moment; all are written alike, so that texts compare as times."""
    if properties["datetime"] is not None:
        return bool(properties["datetime"] == moment)
    return bool(properties["start_datetime"] <= moment <= properties["end_datetime"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_searches_it(root: str, method: str) -> None:
    everything = found(root, method)
    listed = {
        f"{name}/{item['id']}": moment_of(item["properties"])
        for name in (one["id"] for one in documents(root, "/collections", "collections"))
        for item in documents(root, f"/collections/{name}/items", "features")
    }
    assert sorted(everything) == sorted(listed)
    moments = [listed[one] for one in everything]
    assert moments == sorted(moments, reverse=True)
    mask = found(root, method, collections=[MASK])
    assert mask == [one for one in everything if one.startswith(MASK)]
    ids = [one.partition("/")[2] for one in mask]
    assert found(root, method, ids=[ids[0], "none"]) == mask[:1]
    assert found(root, method, ids=ids, collections=["none--none"]) == []
    there = found(root, method, collections=[MASK], intersects=FIJI)
    assert there
    assert set(there) < set(mask)
    assert found(root, method, collections=[MASK], bbox=[177, -18, -179, -17]) == there
    assert not set(there) & set(found(root, method, intersects=BASEL, collections=[MASK]))
    then = [
        f"{MASK}/{item['id']}"
        for item in documents(root, f"/collections/{MASK}/items", "features")
        if is_at(item["properties"], "1999-06-30T00:00:00Z")
    ]
    assert then
    assert sorted(found(root, method, collections=[MASK], datetime="1999-06-30T00:00:00Z")) == then
    assert found(root, method, collections=[MASK], datetime="../1999-01-01T00:00:00Z") == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_sorts(root: str, method: str) -> None:
    by_title = sorted(
        (one["properties"]["title"], f"{name}/{one['id']}")
        for name in COLLECTIONS
        for one in documents(root, f"/collections/{name}/items", "features")
    )
    mine = {"collections": sorted(COLLECTIONS)}
    titles = [one for _, one in by_title]
    assert found(root, method, sortby="+properties.title,collection", **mine) == titles
    assert found(root, method, sortby=[{"field": "title", "direction": "desc"}], **mine) == [
        one for _, one in sorted(by_title, key=lambda pair: pair[0], reverse=True)
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_queries(root: str, method: str) -> None:
    items = documents(root, f"/collections/{MASK}/items", "features")
    title = items[0]["properties"]["title"]
    mine = {"collections": [MASK]}
    assert found(root, method, query={"title": {"eq": title}}, **mine) == [
        f"{MASK}/{items[0]['id']}"
    ]
    assert found(root, method, query={"title": {"endsWith": ".none"}}, **mine) == []
    assert len(found(root, method, query={"title": {"contains": "."}}, **mine)) == len(items)
    assert found(root, method, query=["created>2100-01-01T00:00:00Z"], **mine) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_filters(root: str, method: str) -> None:
    everything = found(root, method)
    geometry = {"property": "geometry"}
    there = found(root, method, intersects=FIJI)
    mine = [one for one in everything if one.startswith(MASK)]
    for said, expected in (
        (f"S_INTERSECTS(geometry, POINT(178 -17.8)) AND collection = '{MASK}'", None),
        ("T_AFTER(datetime, DATE('2999-01-01')) OR title IS NULL", []),
        ("CASEI(collection) LIKE casei('NOAA--globe%')", mine),
        ({"op": "s_intersects", "args": [geometry, FIJI]}, there),
        ({"op": "s_disjoint", "args": [geometry, FIJI]}, sorted(set(everything) - set(there))),
    ):
        language = "cql2-text" if isinstance(said, str) else "cql2-json"
        answer = found(root, method, filter=said, filter_lang=language)
        wanted = [one for one in there if one in mine] if expected is None else expected
        assert sorted(answer) == sorted(wanted)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_pystac_client_asks_for_fields(root: str, method: str) -> None:
    client = Client.open(root)
    for said in (["id", "-geometry"], {"include": ["id"], "exclude": ["geometry"]}):
        asked = client.search(method=method, fields=said, collections=[MASK])
        items = list(asked.items_as_dicts())
        assert items
        assert all("geometry" not in one and one["links"] for one in items)
        assert all(one["properties"].keys() <= {"datetime"} for one in items)


def test_items_of_a_collection_are_sorted_and_cut_too(root: str) -> None:
    path = f"{root}/collections/{MASK}/items"
    asked = {
        "sortby": "-id",
        "fields": "title",
        "query": '{"title": {"neq": "none"}}',
        "limit": "1",
    }
    first = plain.get(path, params=asked).raise_for_status().json()
    following = next(one["href"] for one in first["links"] if one["rel"] == "next")
    second = plain.get(following).raise_for_status().json()
    assert first["features"][0]["id"] > second["features"][0]["id"]
    assert first["features"][0]["properties"].keys() <= {"datetime", "title"}
    other = following.replace("sortby=-id", "sortby=id")
    assert other != following
    refused = plain.get(other)
    assert (refused.status_code, "another search" in refused.text) == (400, True)


def test_a_collection_is_searched_by_box_and_time(root: str) -> None:
    path = f"{root}/collections/{MASK}/items"
    everything = plain.get(path).json()
    there = plain.get(path, params={"bbox": "177,-18,-179,-17"}).json()
    assert 0 < there["numberReturned"] < everything["numberReturned"]
    later = {"datetime": "2001-01-01T00:00:00Z/2002-01-01T00:00:00Z"}
    assert plain.get(path, params=later).json()["features"] == []
    for feature in there["features"]:
        assert complaints(feature) == []
    none = plain.get(f"{root}/collections/none--none/items", params={"bbox": "0,0,1,1"})
    assert none.status_code == 404


def test_the_next_page_is_asked_for_by_the_same_body(root: str) -> None:
    page = plain.post(f"{root}/search", json={"limit": 1, "collections": [MASK]}).json()
    (following,) = (one for one in page["links"] if one["rel"] == "next")
    assert (following["method"], following["merge"]) == ("POST", True)
    assert following["body"].keys() == {"token"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"bbox": [1, 2, 3]}, "bbox"),
        ({"bbox": [0, 9, 1, 8]}, "bbox"),
        ({"bbox": [0, 0, 1, 1], "intersects": FIJI}, "bbox"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"limit": 0}, "limit"),
        ({"intersects": {"type": "Point"}}, "intersects"),
        ({"intersects": {"type": "Feature", "geometry": FIJI, "properties": {}}}, "intersects"),
        ({"sortby": [{"field": "id", "direction": "up"}]}, "sortby"),
        ({"query": {"id": {"is": 1}}}, "query"),
        ({"fields": ["id"]}, "fields"),
        ({"filter": "a = " + "-" * 8_000 + "1"}, "filter"),
        ({"filter": "(" * 2_000 + "a" + ")" * 2_000}, "filter"),
        ({"filter": {"op": "drop", "args": []}}, "filter"),
        ({"filter": {"op": "s_within", "args": [{"property": "geometry"}, {}]}}, "filter"),
    ],
)
def test_a_search_that_cannot_be(root: str, asked: dict[str, Any], field: str) -> None:
    answer = plain.post(f"{root}/search", json=asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_body_that_is_too_large(root: str) -> None:
    assert plain.post(f"{root}/search", content=b" " * (1024 * 1024 + 1)).status_code == 413


def test_the_largest_search_that_is_read_is_answered(root: str) -> None:
    ring = [[n / 1e4, 40 + (n % 2) / 1e6] for n in range(2_000)]
    shape = {"type": "LineString", "coordinates": ring}
    names = [f"{number:0>240}" for number in range(1000)]
    asked = {"intersects": shape, "ids": names, "collections": names[:100]}
    answer = plain.post(f"{root}/search", json=asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["features"] == []


def test_the_landing_page_is_a_catalog(root: str) -> None:
    landing = plain.get(root).raise_for_status().json()
    assert landing["type"] == "Catalog"
    assert complaints(landing) == []
    classes = " ".join(landing["conformsTo"])
    for wanted in ("/core", "/collections", "ogcapi-features-1/1.0/conf/core"):
        assert wanted in classes
    relations = {one["rel"] for one in landing["links"]}
    assert {"self", "root", "data", "conformance", "service-desc"} <= relations


def test_what_can_be_asked_is_linked_and_true_of_the_items(root: str) -> None:
    relation = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
    name = "noaa--globe-land-mask"
    for path in ("", f"/collections/{name}"):
        links = {one["rel"]: one["href"] for one in plain.get(f"{root}{path}").json()["links"]}
        answer = plain.get(links[relation]).raise_for_status()
        assert answer.headers["content-type"] == "application/schema+json"
        judge = jsonschema_rs.Draft202012Validator(answer.json())
        for item in documents(root, f"/collections/{name}/items", "features"):
            said = {"id": item["id"], "collection": name, **item["properties"]}
            assert judge.is_valid(said), list(judge.iter_errors(said))
    assert "COG" in answer.json()["properties"]["coop:format"]["enum"]
    assert plain.get(f"{root}/collections/noaa--none/queryables").status_code == 404


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


@pytest.mark.parametrize(
    "asked",
    [
        {"bbox": [7, 47, 8, 48]},
        {"bbox": [170, -20, 175, -10]},
        {"datetime": "1990-01-01T00:00:00Z/2000-01-01T00:00:00Z"},
        {"q": "globe"},
        {"q": "countries,co2"},
        {"q": "globe", "bbox": [7, 47, 8, 48], "datetime": "../2024-01-01T00:00:00Z"},
        {"q": "nothingofthekind"},
    ],
)
def test_pystac_client_finds_the_collections_that_it_would_choose_itself(
    root: str, asked: dict[str, Any]
) -> None:
    client = Client.open(root)
    assert client.conforms_to("COLLECTION_SEARCH_FREE_TEXT")
    here = {name: value for name, value in asked.items() if name != "datetime"}
    chosen = {
        one["id"]
        for one in documents(root, "/collections", "collections")
        if collection_matches(one, temporal_interval_str=asked.get("datetime"), **here)
    }

    def found() -> set[str]:
        return {one.id for one in client.collection_search(limit=2, **asked).collections()}

    # The index follows the sums of a repository by a moment.
    until(lambda: found() & COLLECTIONS == chosen & COLLECTIONS)


def test_pystac_client_sorts_collections(root: str) -> None:
    search = Client.open(root).collection_search(limit=2, sortby="-title")
    titles = [str(one.title) for one in search.collections()]
    assert titles == sorted(titles, reverse=True)
    assert len(titles) >= len(COLLECTIONS)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("sortby=nonsense", "sortby"),
        ("bbox=1,2,3", "bbox"),
        ("datetime=yesterday", "datetime"),
        ("limit=0", "limit"),
        ("q=" + "x" * 501, "q"),
        ("q=" + "x," * 30, "q"),
    ],
)
def test_collections_are_not_found_by_what_cannot_be_meant(
    root: str, query: str, field: str
) -> None:
    answer = plain.get(f"{root}/collections?{query}")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]
