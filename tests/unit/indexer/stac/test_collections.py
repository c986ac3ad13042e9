"""Collections, catalogs, and the links of all of them."""

from datetime import UTC, datetime
from typing import Any

from services.indexer.stac.collections import (
    Holdings,
    build_account_catalog,
    build_collection,
    build_root_catalog,
)
from services.indexer.stac.extents import Extent
from services.indexer.stac.links import (
    Addresses,
    with_catalog_links,
    with_collection_links,
    with_item_links,
)
from services.indexer.stac.validation import problems_of
from shared.contracts.repositories import Repository
from tests.unit.indexer.stac.test_items import sample_item

MOMENT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HERE = Addresses("https://x.org/stac", "https://data.x.org", "https://x.org")


def repository(**changes: Any) -> Repository:
    """A repository."""
    known = {
        "repository_uid": "R",
        "repository_id": "globe-land-mask",
        "account_uid": "A",
        "account_id": "noaa",
        "title": "Land mask",
        "created_at": MOMENT,
        "updated_at": MOMENT,
    }
    return Repository(**{**known, **changes})


def links_of(document: dict[str, Any]) -> dict[str, str]:
    """Hrefs by relation."""
    return {link["rel"]: link["href"] for link in document["links"]}


def test_collection_of_items() -> None:
    extent = Extent.of([170, -20, -170, -10], "1999-06-30T00:00:00Z", "2000-01-01T00:00:00Z")
    holdings = Holdings(extent, ["EPSG:4326"], ["COG"], ["image/tiff"])
    made = repository(license="CC-BY-4.0", tags=["land", "sea"], description="Where land is")
    document = with_collection_links(build_collection(made, "NOAA", holdings), HERE)
    assert problems_of(document) == []
    assert document["id"] == "noaa--globe-land-mask"
    assert document["license"] == "CC-BY-4.0"
    assert document["keywords"] == ["land", "sea"]
    assert document["extent"] == {
        "spatial": {"bbox": [[170, -20, -170, -10]]},
        "temporal": {"interval": [["1999-06-30T00:00:00Z", "2000-01-01T00:00:00Z"]]},
    }
    assert document["summaries"] == {"proj:code": ["EPSG:4326"], "coop:format": ["COG"]}
    assert document["item_assets"]["data"]["type"] == "image/tiff"
    assert document["providers"] == [{"name": "NOAA", "roles": ["producer"]}]


def test_collection_without_items_is_valid() -> None:
    document = with_collection_links(build_collection(repository(), "NOAA", Holdings()), HERE)
    assert problems_of(document) == []
    assert document["license"] == "other"
    assert document["description"] == "Land mask"
    assert document["extent"]["temporal"]["interval"] == [[None, None]]


def test_links_of_a_collection() -> None:
    document = with_collection_links(build_collection(repository(), "NOAA", Holdings()), HERE)
    assert links_of(document) == {
        "self": "https://x.org/stac/collections/noaa--globe-land-mask",
        "parent": "https://x.org/stac/catalogs/noaa",
        "root": "https://x.org/stac",
        "items": "https://x.org/stac/collections/noaa--globe-land-mask/items",
        "alternate": "https://x.org/noaa/globe-land-mask",
    }


def test_links_of_an_item_leave_what_is_kept_alone() -> None:
    kept = sample_item("noaa/globe-land-mask/fiji.tif")
    item = with_item_links(kept, HERE)
    above = "https://x.org/stac/collections/noaa--globe-land-mask"
    assert links_of(item) == {
        "self": f"{above}/items/{item['id']}",
        "parent": above,
        "collection": above,
        "root": "https://x.org/stac",
        "alternate": "https://x.org/noaa/globe-land-mask/fiji.tif",
    }
    assert item["assets"]["data"]["href"] == "https://data.x.org/noaa/globe-land-mask/fiji.tif"
    assert kept["links"] == []
    assert kept["assets"]["data"]["href"] == "fiji.tif"


def test_catalogs() -> None:
    root = with_catalog_links(
        build_root_catalog("Coop", "All of it"), HERE, "", [("catalogs/noaa", "NOAA")]
    )
    assert problems_of(root) == []
    assert links_of(root) == {
        "self": "https://x.org/stac",
        "root": "https://x.org/stac",
        "child": "https://x.org/stac/catalogs/noaa",
    }
    account = with_catalog_links(
        build_account_catalog("noaa", "NOAA", ""), HERE, "catalogs/noaa", []
    )
    assert problems_of(account) == []
    assert links_of(account)["parent"] == "https://x.org/stac"


def test_validation_says_what_is_wrong() -> None:
    item = with_item_links(sample_item("noaa/globe-land-mask/fiji.tif"), HERE)
    assert "datetime" in problems_of(item | {"properties": {"datetime": "yesterday"}})[0]
    assert problems_of(item | {"links": []})
    assert problems_of({"type": "Thing"}) == ["type: 'Thing' is no type of STAC"]
    assert "no schema" in problems_of(item | {"stac_extensions": ["https://x.org/own.json"]})[0]
    broken = item["assets"]["data"] | {"proj:shape": [1]}
    assert problems_of(item | {"assets": {"data": broken}})
