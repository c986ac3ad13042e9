"""Every file of the sample that is somewhere becomes a valid item."""

from base64 import b64encode
from datetime import UTC, datetime
from hashlib import md5, sha256
from typing import Any

import pytest

from services.indexer.extractors.facts import Cube, CubeDimension, Facts
from services.indexer.stac.items import build_item, located
from services.indexer.stac.validation import problems_of
from shared.contracts.storage import StoredObject
from shared.identifiers import object_uid
from tests.extraction import EXPECTED, SAMPLE, facts_of, sample_facts
from tests.formats import cloud
from tests.rasters import tiff
from tests.stores import NAME, store_v3

UPLOADED = datetime(2026, 11, 23, 10, 0, 0, 123000, tzinfo=UTC)
SHAPEFILE = "natural-earth/countries/shapefile/countries.shp"


def stored(place: str, data: bytes = b"", **changes: Any) -> StoredObject:
    """The record of an object at `account/repository/key`."""
    account_id, repository_id, key = place.split("/", 2)
    known = {
        "object_uid": object_uid("R", key),
        "account_uid": "A",
        "account_id": account_id,
        "repository_uid": "R",
        "repository_id": repository_id,
        "key": key,
        "size": len(data),
        "etag": md5(data, usedforsecurity=False).hexdigest(),
        "last_modified": UPLOADED,
    }
    return StoredObject(**{**known, **changes})


def item_of(facts: Facts, record: StoredObject) -> dict[str, Any]:
    """The item, as it is kept."""
    assert facts.place is not None
    return build_item(facts, facts.place, record)


def sample_item(place: str) -> dict[str, Any]:
    """Of a file of the sample, with those that are parts of it."""
    facts, record = sample_facts(place), stored(place, (SAMPLE / place).read_bytes())
    assert facts.place is not None
    parts = {one.name: stored(one.name, (SAMPLE / one.name).read_bytes()) for one in facts.parts}
    return build_item(facts, facts.place, record, parts)


@pytest.mark.parametrize("place", EXPECTED)
def test_sample_items_are_valid(place: str) -> None:
    assert problems_of(sample_item(place)) == []


def test_what_a_raster_s_item_says() -> None:
    place = "noaa/globe-land-mask/central-europe-utm33.tif"
    expected, item = EXPECTED[place], sample_item(place)
    asset = item["assets"]["data"]
    assert item["stac_version"] == "1.1.0"
    assert item["collection"] == "noaa--globe-land-mask"
    assert item["id"].startswith("central-europe-utm33-tif-")
    assert item["bbox"] == pytest.approx(expected["bbox_wgs84"], abs=1e-9)
    assert asset["proj:code"] == "EPSG:32633"
    assert asset["proj:shape"] == [expected["height"], expected["width"]]
    assert asset["proj:transform"] == expected["transform"]
    assert asset["bands"] == [
        {"name": "land", "description": "land", "data_type": "uint8", "nodata": 255}
    ]
    assert asset["file:size"] == 32285
    assert asset["type"] == "image/tiff; application=geotiff; profile=cloud-optimized"
    assert asset["roles"] == ["data"]
    assert item["properties"]["datetime"] == "1999-06-30T00:00:00Z"
    assert item["properties"]["coop:datetime_source"] == "file"
    assert item["properties"]["updated"] == "2026-11-23T10:00:00.123Z"


def test_what_a_table_s_item_says() -> None:
    place = "natural-earth/countries/countries.parquet"
    asset = sample_item(place)["assets"]["data"]
    assert asset["table:row_count"] == 177
    assert [one["name"] for one in asset["table:columns"]] == EXPECTED[place]["columns"]
    assert asset["table:primary_geometry"] == "geometry"


def test_an_item_of_several_files_has_all_of_them() -> None:
    item = sample_item(SHAPEFILE)
    assets = located(item, "natural-earth", "countries", "https://x.org")["assets"]
    assert {name: (one["roles"], one["type"]) for name, one in assets.items()} == {
        "data": (["data"], "application/vnd.shp"),
        "shx": (["index"], "application/vnd.shx"),
        "dbf": (["data"], "application/vnd.dbf"),
        "prj": (["metadata"], "text/plain"),
        "cpg": (["metadata"], "text/plain"),
    }
    base = "https://x.org/natural-earth/countries/shapefile"
    assert assets["dbf"]["href"] == f"{base}/countries.dbf"
    assert assets["dbf"]["file:size"] == 48869
    assert assets["dbf"]["file:checksum"].startswith("d50110")
    assert (assets["data"]["table:row_count"], assets["data"]["proj:code"]) == (177, "EPSG:4326")


def test_an_item_of_a_store_is_of_its_folder() -> None:
    files = {f"noaa/heat/{name}": data for name, data in store_v3().items()}
    place = f"noaa/heat/{NAME}/zarr.json"
    item = item_of(facts_of(place, files[place], files), stored(place, files[place]))
    told = located(item, "noaa", "heat", "https://x.org")["assets"]
    assert problems_of(item) == []
    assert told["data"]["href"] == f"https://x.org/noaa/heat/{NAME}"
    assert told["data"]["type"] == "application/vnd.zarr; version=3"
    assert "file:size" not in told["data"]
    assert set(told["data"]["cube:dimensions"]) == {"lat", "lon", "time"}
    assert told["metadata"]["href"] == f"https://x.org/noaa/heat/{NAME}/zarr.json"
    assert told["metadata"]["file:size"] == len(files[place])
    assert (item["properties"]["title"], told["data"]["title"]) == (NAME, "b.zarr")


def test_a_store_that_is_the_whole_repository() -> None:
    files = {name.replace(NAME, "noaa/heat"): data for name, data in store_v3().items()}
    place = "noaa/heat/zarr.json"
    item = item_of(facts_of(place, files[place], files), stored(place, files[place]))
    assert problems_of(item) == []
    assert located(item, "noaa", "heat", "https://x.org")["assets"]["data"]["href"] == (
        "https://x.org/noaa/heat/"
    )


def test_what_an_array_s_item_says() -> None:
    item = sample_item("scripps/mauna-loa-co2/weekly.nc")
    asset, properties = item["assets"]["data"], item["properties"]
    assert (
        "https://stac-extensions.github.io/datacube/v2.2.0/schema.json" in item["stac_extensions"]
    )
    assert asset["type"] == "application/netcdf"
    assert asset["cube:dimensions"] == {
        "time": {"type": "temporal", "extent": ["1958-03-29T00:00:00Z", "2001-12-29T00:00:00Z"]}
    }
    assert asset["cube:variables"]["co2"] == {
        "dimensions": ["time"],
        "type": "data",
        "description": "Weekly mean atmospheric CO2",
        "unit": "ppmv",
        "data_type": "float32",
    }
    assert (properties["start_datetime"], properties["end_datetime"]) == (
        "1958-03-29T00:00:00Z", "2001-12-29T00:00:00Z",
    )  # fmt: skip


def test_what_a_point_cloud_s_item_says() -> None:
    facts = facts_of("a.laz", cloud(version="1.4", point_format=6, is_packed=True))
    item = item_of(facts, stored("noaa/lidar/a.laz"))
    properties = item["properties"]
    assert problems_of(item) == []
    told = [properties[f"pc:{name}"] for name in ("count", "type", "encoding")]
    assert told == [10, "other", "LASzip"]
    assert properties["pc:schemas"][0] == {"name": "X", "size": 4, "type": "signed"}


def test_points_of_a_format_that_there_is_not_make_an_item_without_them() -> None:
    facts = facts_of("a.las", cloud())
    assert facts.point_cloud is not None
    facts.point_cloud.dimensions = []
    item = item_of(facts, stored("noaa/lidar/a.las"))
    assert problems_of(item) == []
    assert "pc:count" not in item["properties"]


def test_dimensions_of_unknown_reach_make_a_valid_item() -> None:
    facts = facts_of("a.tif", tiff())
    kinds = ("x", "z", "time", "")
    facts.cube = Cube([CubeDimension(f"d{kind}", 3, kind) for kind in kinds], [])
    assert problems_of(item_of(facts, stored("noaa/mask/a.tif"))) == []


def test_nothing_in_an_item_depends_on_where_it_is_served() -> None:
    item = sample_item("noaa/globe-land-mask/fiji.tif")
    assert item["links"] == []
    assert item["assets"]["data"]["href"] == "fiji.tif"


def test_where_an_item_is_now() -> None:
    kept = sample_item("noaa/globe-land-mask/fiji.tif")
    told = located(kept, "ocean", "mask", "https://data.x.org")
    assert told["collection"] == "ocean--mask"
    assert told["assets"]["data"]["href"] == "https://data.x.org/ocean/mask/fiji.tif"
    assert kept["assets"]["data"]["href"] == "fiji.tif"


def test_time_of_upload_is_flagged() -> None:
    item = sample_item("natural-earth/countries/africa.geojson")
    assert item["properties"]["datetime"] == "2026-11-23T10:00:00Z"
    assert item["properties"]["coop:datetime_source"] == "upload"


def test_time_of_a_name_may_be_a_span() -> None:
    item = item_of(facts_of("a.tif", tiff()), stored("noaa/mask/land_1990-2000.tif"))
    assert item["properties"]["datetime"] is None
    assert item["properties"]["start_datetime"] == "1990-01-01T00:00:00Z"
    assert item["properties"]["end_datetime"] == "2000-12-31T23:59:59Z"
    assert item["properties"]["coop:datetime_source"] == "name"
    assert problems_of(item) == []


def test_checksum_is_a_multihash() -> None:
    facts, digest = facts_of("a.tif", tiff()), sha256(b"x").digest()
    plain = item_of(facts, stored("noaa/mask/a.tif", b"x"))
    assert plain["assets"]["data"]["file:checksum"] == "d50110" + md5(b"x").hexdigest()  # noqa: S324
    checksums = {"sha256": b64encode(digest).decode()}
    strong = item_of(facts, stored("noaa/mask/a.tif", checksums=checksums))
    assert strong["assets"]["data"]["file:checksum"] == "1220" + digest.hex()
    etag = "0" * 32 + "-3"
    parts = item_of(facts, stored("noaa/mask/a.tif", etag=etag, checksums={"sha256": "!"}))
    assert "file:checksum" not in parts["assets"]["data"]


@pytest.mark.parametrize(
    "key", ["a b/é%?#&.tif", "..", "//", "\0\r\n", "x" * 1024, "日本.tif", "A/B.TIF", "-.-"]
)
def test_any_key_makes_a_valid_item(key: str) -> None:
    item = item_of(facts_of("a.tif", tiff()), stored(f"noaa/mask/{key}"))
    assert problems_of(item) == []
    assert item["id"].replace("-", "").replace("_", "").isalnum()
    assert item["id"] == item["id"].lower()
    assert item["assets"]["data"]["href"].isascii()


def test_names_that_look_alike_have_items_of_their_own() -> None:
    facts = facts_of("a.tif", tiff())
    assert (
        len({item_of(facts, stored(f"noaa/mask/{key}"))["id"] for key in ("a-b", "a.b", "A.b")})
        == 3
    )


@pytest.mark.parametrize(
    "options",
    [
        {"crs": "+proj=laea +lat_0=45 +lon_0=-100 +ellps=WGS84", "bounds": (0.0, 0.0, 1e6, 1e6)},
        {"bounds": (175.0, -20.0, 185.0, -10.0)},
        {"dtype": "float32", "nodata": float("nan"), "bands": 12},
        {"dtype": "complex_int16"},
        {"crs": "EPSG:3413", "bounds": (-3e6, -3e6, 3e6, 3e6)},
    ],
)
def test_unusual_rasters_make_valid_items(options: dict[str, Any]) -> None:
    item = item_of(facts_of("a.tif", tiff(**options)), stored("noaa/mask/a.tif"))
    assert problems_of(item) == []
