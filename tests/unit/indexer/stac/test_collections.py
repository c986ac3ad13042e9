"""Collections, and what validation says of documents that are not as they should be."""

from datetime import UTC, datetime
from typing import Any

from services.indexer.models.counted import Holdings
from services.indexer.models.extents import Extent
from services.indexer.stac.collections import build_collection
from services.indexer.stac.validation import problems_of
from shared.contracts.repositories import Repository
from tests.unit.indexer.stac.test_items import sample_item

MOMENT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


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


def test_collection_of_items() -> None:
    extent = Extent.of([170, -20, -170, -10], "1999-06-30T00:00:00Z", "2000-01-01T00:00:00Z")
    holdings = Holdings(
        extent=extent, codes={"EPSG:4326": 2}, formats={"COG": 2}, media_types={"image/tiff": 2}
    )
    made = repository(license="CC-BY-4.0", tags=["land", "sea"], description="Where land is")
    document = build_collection(made, "NOAA", holdings)
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
    assert document["created"] == "2026-11-23T10:00:00.000Z"


def test_collection_without_items_is_valid() -> None:
    document = build_collection(repository(), "NOAA", Holdings())
    assert problems_of(document) == []
    assert document["license"] == "other"
    assert document["description"] == "Land mask"
    assert document["extent"]["spatial"]["bbox"] == [[-180, -90, 180, 90]]
    assert document["extent"]["temporal"]["interval"] == [[None, None]]


def test_several_licenses_are_another_as_the_schema_takes_one() -> None:
    for several in ("MIT OR Apache-2.0", "(CC-BY-4.0 AND ODC-By-1.0)", "(MIT)"):
        document = build_collection(repository(license=several), "NOAA", Holdings())
        assert problems_of(document) == []
        assert document["license"] == "other"


def test_validation_says_what_is_wrong() -> None:
    item = sample_item("noaa/globe-land-mask/fiji.tif")
    assert problems_of(item) == []
    assert "datetime" in problems_of(item | {"properties": {"datetime": "yesterday"}})[0]
    assert problems_of(item | {"links": [{"rel": "self", "href": "https://x.org"}]})
    assert problems_of({"type": "Thing"}) == ["type: 'Thing' is no type of STAC"]
    assert "no schema" in problems_of(item | {"stac_extensions": ["https://x.org/own.json"]})[0]
    broken = item["assets"]["data"] | {"proj:shape": [1]}
    assert problems_of(item | {"assets": {"data": broken}})
