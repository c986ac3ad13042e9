"""STAC that somebody uploads, as the STAC API and the pages tell of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.edge import Edge, registered
from tests.objects import point_csv
from tests.stac_schemas import complaints
from tests.visitor import Visitor
from tests.waiting import until
from tests.written_stac import collection, item, listed, written

LICENSE = {"rel": "license", "href": "https://example.org/license"}
FILES = {
    "data.csv": point_csv((47, 7)),
    "other.csv": point_csv((48, 8)),
    "collection.json": written(collection(links=[LICENSE])),
    "stac/one.json": written(item("one", ("../data.csv",), links=[LICENSE])),
    "stac/many.json": listed(item("two"), item("three", stac_version="1.0.0")),
    "stac/broken.json": written(item("broken", ("../../other.csv",))),
}

NAMES = [f"large-{number}" for number in range(45)]
# Long ago and far away, where no other test of items looks.
LONG = {"datetime": "1920-05-04T03:02:01Z", "description": "x" * 40_000}
FAR = {"geometry": {"type": "Point", "coordinates": [-120, -60]}, "bbox": [-120, -60, -120, -60]}
LARGE = listed(*(item(name, properties=LONG, **FAR) for name in NAMES))


@pytest.fixture(scope="module")
def place(edge: Edge) -> Iterator[str]:
    """The name of a repository that holds all of it."""
    with registered(edge, "stac-writer") as writer:
        writer.new_repository("own-stac")
        s3 = writer.s3(edge)
        for key, body in FILES.items():
            s3.put_object(Bucket=writer.account_id, Key=f"own-stac/{key}", Body=body)
        writer.new_repository("large-stac")
        s3.put_object(Bucket=writer.account_id, Key="large-stac/large.json", Body=LARGE)
        yield f"{writer.account_id}/own-stac"


def told(visitor: Visitor, place: str) -> dict[str, dict[str, Any]]:
    """The items of the repository, by what those who wrote them called them."""
    answer = visitor.client.get(f"/stac/collections/{place.replace('/', '--')}/items")
    features = answer.raise_for_status().json()["features"]
    return {
        one["properties"].get("coop:id", one["properties"].get("title")): one for one in features
    }


def test_items_are_listed_as_they_are(visitor: Visitor, edge: Edge, place: str) -> None:
    names = {"one", "two", "three", "other.csv"}
    until(lambda: set(told(visitor, place)) == names)
    one = told(visitor, place)["one"]
    links = {link["rel"]: link["href"] for link in one["links"]}
    data = f"{edge.platform.ready['s3']}/{place}"
    assert one["assets"]["a0"]["href"] == f"{data}/data.csv"
    assert links["license"] == LICENSE["href"]
    assert links["via"] == f"{data}/stac/one.json"
    assert visitor.client.get(links["self"]).json() == one
    assert visitor.client.get(one["assets"]["a0"]["href"]).content == FILES["data.csv"]
    for document in (one, told(visitor, place)["three"]):
        assert complaints(document) == []
    search = {"collections": [place.replace("/", "--")], "query": {"coop:id": {"eq": "three"}}}
    found = visitor.client.post("/stac/search", json=search).json()["features"]
    assert [feature["stac_version"] for feature in found] == ["1.1.0"]


def test_the_collection_says_what_was_uploaded(visitor: Visitor, place: str) -> None:
    address = f"/stac/collections/{place.replace('/', '--')}"

    def is_told() -> bool:
        document = visitor.client.get(address).json()
        return bool(document["title"] == "Own title")

    until(is_told)
    document = visitor.client.get(address).json()
    assert complaints(document) == []
    assert LICENSE in document["links"]
    assert document["license"] == "CC-BY-4.0"


def test_links_lead_to_the_items_of_a_list(visitor: Visitor, place: str) -> None:
    until(lambda: {"two", "three"} <= set(told(visitor, place)))
    above = visitor.client.get(f"/stac/catalogs/{place}?prefix=stac/").json()
    many = next(one["href"] for one in above["links"] if one.get("title") == "many.json")
    found = visitor.client.get(many).raise_for_status().json()
    assert complaints(found) == []
    items = [one for one in found["links"] if one["rel"] == "item"]
    assert {one["title"] for one in items} == {"two", "three"}
    for one in items:
        answer = visitor.client.get(one["href"]).raise_for_status().json()
        assert answer["properties"]["coop:id"] == one["title"]
    assert visitor.client.get(f"/stac/catalogs/{place}?prefix=data.csv").status_code == 404


def test_pages_tell_what_is_wrong_and_what_is_part_of_what(visitor: Visitor, place: str) -> None:
    until(lambda: "leads out of the repository" in visitor.go(f"/{place}/stac/broken.json").text)
    assert "assets/a0/href" in visitor.page.text
    until(lambda: "part of one.json" in visitor.go(f"/{place}/data.csv").text)
    assert "STAC, 2 items" in visitor.go(f"/{place}/stac/many.json").text


def test_a_page_may_be_larger_than_a_message(visitor: Visitor, place: str) -> None:
    asked = {"collections": [f"{place.partition('/')[0]}--large-stac"], "limit": 100}

    def page(**more: Any) -> dict[str, Any]:
        found = visitor.client.post("/stac/search", json=asked | more).raise_for_status()
        return dict(found.json())

    until(lambda: page()["numberReturned"] == len(NAMES))
    assert {one["properties"]["coop:id"] for one in page()["features"]} == set(NAMES)
    assert [link["rel"] for link in page()["links"]] == ["root", "self"]
    # What is told in part is made of documents, of which a message holds fewer.
    some = page(fields={"include": ["id"]})
    assert 0 < some["numberReturned"] < len(NAMES)
    assert some["links"][-1]["rel"] == "next"
