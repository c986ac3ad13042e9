"""Uploaded STAC documents: brought to 1.1, judged, and told in the terms of their repository."""

import re
from typing import Any

import orjson
import pytest

from services.indexer.settings import StacSettings
from services.indexer.stac.items import located
from services.indexer.stac.uploaded import Uploaded, read_uploaded
from services.indexer.stac.validation import problems_of
from tests.stac_schemas import complaints
from tests.unit.indexer.stac.test_items import stored
from tests.written_stac import collection, item

KEY = "a/b/stac/one.json"
LIMITS = StacSettings()
PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
UNKNOWN = "https://example.org/own/v1.0.0/schema.json"


def read(document: dict[str, Any], **limits: int) -> Uploaded:
    """As it is read from the object at KEY."""
    return read_uploaded(document, stored(KEY), StacSettings(**limits))


def test_an_item_is_told_as_it_is_in_its_repository() -> None:
    links = [
        {"rel": "self", "href": "https://x.org/one.json"},
        {"rel": "child", "href": "../../../../out.json"},
        {"rel": "license", "href": "../LICENSE"},
        {"rel": "about", "href": "javascript:alert(1)"},
    ]
    found = read(item("S2.A/b", ("../x.tif", "https://x.org/y.tif"), collection="s2", links=links))
    assert found.faults == []
    assert found.keys == {"x.tif"}
    told = located(found.document, "new", "name", "https://data.org")
    assert told["id"].startswith("s2-a-b-")
    assert told["collection"] == "new--name"
    assert told["properties"]["coop:id"] == "S2.A/b"
    assert told["properties"]["coop:collection"] == "s2"
    assert told["properties"]["gsd"] == 10
    assert told["assets"]["a0"]["href"] == "https://data.org/new/name/x.tif"
    assert told["assets"]["a1"]["href"] == "https://x.org/y.tif"
    assert [(one["rel"], one["href"]) for one in told["links"]] == [
        ("license", "https://data.org/new/name/LICENSE"),
        ("via", "https://data.org/new/name/stac/one.json"),
    ]
    assert problems_of({**told, "links": []}) == []


def test_what_an_item_of_ours_says_of_another_file_is_not_told() -> None:
    properties = {"datetime": "2020-01-01T00:00:00Z", "coop:format": "COG", "coop:id": "x"}
    found = read(item("own", properties=properties))
    assert found.document["properties"] == {
        "datetime": "2020-01-01T00:00:00Z",
        "coop:id": "own",
    }


def test_ids_that_collide_after_slugging_are_two() -> None:
    ids = {read(item(own)).document["id"] for own in ("a.b", "a-b", "A/B")}
    assert len(ids) == 3
    assert len({one.rpartition("-")[0] for one in ids}) == 1


OLD_ITEM = item("old", stac_extensions=["projection"]) | {
    "properties": {"datetime": "2019-01-01T00:00:00Z", "proj:epsg": 32632}
}
OLD_COLLECTION = {name: value for name, value in collection().items() if name != "type"}


@pytest.mark.parametrize("version", ["0.8.1", "0.9.0", "1.0.0-beta.2", "1.0.0-rc.1", "1.0.0"])
def test_older_ones_are_migrated(version: str) -> None:
    is_old = version < "1.0.0-rc.1"
    extension = "projection" if is_old else PROJECTION.replace("v2.0.0", "v1.0.0")
    document = {**OLD_ITEM, "stac_version": version, "stac_extensions": [extension]}
    found = read(orjson.loads(orjson.dumps(document)))
    assert found.faults == []
    assert found.document["stac_version"] == "1.1.0"
    assert found.document["properties"]["proj:code"] == "EPSG:32632"
    assert found.counted is not None
    assert found.counted.code == "EPSG:32632"
    assert complaints({**found.document, "links": LINKS}) == []


LINKS = [{"rel": "collection", "href": "https://example.org/"}]


@pytest.mark.parametrize("version", ["0.8.1", "0.9.0"])
def test_a_collection_without_a_type(version: str) -> None:
    found = read({**OLD_COLLECTION, "stac_version": version, "license": "proprietary"})
    assert found.faults == []
    assert (found.document["type"], found.document["license"]) == ("Collection", "other")


def test_a_catalog() -> None:
    catalog = {"type": "Catalog", "stac_version": "1.0.0", "id": "x", "description": "y"}
    loop = [{"rel": "child", "href": "one.json"}, {"rel": "root", "href": "../../../x.json"}]
    assert read({**catalog, "links": loop}).faults == []
    assert "links" in read(catalog).faults[0]


def test_an_extension_without_a_schema_is_named_and_never_fetched() -> None:
    found = read(item(stac_extensions=[UNKNOWN, PROJECTION]))
    assert (found.faults, found.unchecked) == ([], [UNKNOWN])


def test_an_item_that_is_nowhere() -> None:
    nowhere = {**item(), "geometry": None}
    del nowhere["bbox"]
    found = read(nowhere)
    assert found.faults == []
    assert found.counted is not None
    assert (found.counted.bbox, found.counted.extent) == ([], None)


def test_heights_and_intervals() -> None:
    properties = {
        "datetime": None,
        "start_datetime": "2020-01-01T00:00:00.5Z",
        "end_datetime": "2020-01-01T22:00:00+00:00",
    }
    found = read(item(bbox=[1, 2, -9, 3, 4, 9], properties=properties))
    assert found.counted is not None
    assert found.counted.extent is not None
    assert found.counted.bbox == [1, 2, 3, 4]
    assert found.counted.extent.interval == ["2020-01-01T00:00:00Z", "2020-01-01T22:00:00Z"]


def moments(**times: object) -> dict[str, Any]:
    return item(properties={"datetime": "2020-01-01T00:00:00Z", **times})


LONG_LINE = {"type": "LineString", "coordinates": [[0, place / 100] for place in range(3000)]}


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (item(stac_version="2.0.0"), "stac_version: '2.0.0' is none"),
        (item(stac_version=7), "stac_version: '7' is none"),
        (item(type="Thing"), "type: 'Thing' is no type"),
        (item(properties=[]), "cannot be read as STAC 1.1|properties: "),
        (item(assets={"x": {}}), 'assets/x: "href" is a required'),
        (item(hrefs=("../../../x.tif",)), "assets/a0/href: leads out of the repository"),
        (item(id=""), "id: "),
        (item(stac_extensions=[{}]), "stac_extensions|cannot be read"),
        (moments(datetime="yesterday"), "properties/datetime: "),
        (moments(datetime="2020-06-30T23:59:60Z"), "properties/datetime: "),
        (moments(datetime="0001-01-01T00:00:00+23:00"), "properties/datetime: "),
        (moments(datetime=None), "properties"),
        (
            moments(start_datetime="2020-01-02T00:00:00Z", end_datetime="2020-01-01T00:00:00Z"),
            "properties/end_datetime: is before the start",
        ),
        (item(geometry={"type": "Point", "coordinates": [47.5, 107.5]}), "geometry: goes beyond"),
        (item(geometry={"type": "Point", "coordinates": []}), "geometry: "),
        (item(geometry={"type": "Circle"}), "geometry: "),
        (item(geometry=LONG_LINE), "geometry: has more than 2,000 positions"),
        (item(bbox=[0, 0, 400, 1]), "bbox: is not in degrees"),
        (item(bbox=[0, 2, 1, 1]), "bbox: has its south above its north"),
        (item(bbox=[0, 2, 1]), "bbox: "),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: dict[str, Any], fault: str) -> None:
    found = read(document)
    assert found.counted is None
    assert found.faults
    assert re.search(fault, found.faults[0]), found.faults


def test_limits() -> None:
    assert "more than 1,024 are not kept" in read(item("x" * 2000), max_item_bytes=1024).faults[0]
    nested: Any = 1
    for _ in range(80):
        nested = [nested]
    assert read(item(deep=nested)).faults == ["It has more than 64 levels"]
    assert read(item(deep=nested), max_depth=100).faults == []
