"""The STAC API as its own validator judges it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.door import plain
from tests.foreign_clients import ROOT, environment, run
from tests.waiting import until
from tests.written_stac import item, listed, written

SCHEMAS = ROOT / "services" / "indexer" / "schemas" / "schemas.json"
COLLECTION = "noaa--globe-land-mask"
PROGRAM = Path(__file__).parents[1] / "foreign" / "with_stac_api_validator.py"
# `fields` it judges by other rules than the extension's own: what is included is added to what is
# usual there, and here must stand alone. `query` it can ask of numbers alone, which no item has.
CLASSES = (
    *("core", "browseable", "children", "collections", "features"),
    *("item-search", "item-search#sort", "filter"),
)
SOMEWHERE = {
    "type": "Polygon",
    "coordinates": [[[5, 40], [15, 40], [15, 55], [5, 55], [5, 40]]],
}


UPLOADED = {
    "one.json": written(item("one", ("../europe.tif", "https://example.org/x.tif"))),
    "many.json": listed(item("two"), item("three", stac_version="1.0.0")),
}


@pytest.fixture
def uploaded(ready: dict[str, Any], s3: Any) -> Iterator[None]:
    """Items that somebody wrote are among those that are judged, while this lasts."""

    def own() -> set[str]:
        answer = plain.get(f"{ready['web']}/stac/collections/{COLLECTION}/items?limit=1000")
        features = answer.raise_for_status().json()["features"]
        return {one["properties"].get("coop:id") for one in features} - {None}

    for name, body in UPLOADED.items():
        s3.put_object(Bucket="noaa", Key=f"globe-land-mask/own/{name}", Body=body)
    until(lambda: own() == {"one", "two", "three"})
    yield
    for name in UPLOADED:
        s3.delete_object(Bucket="noaa", Key=f"globe-land-mask/own/{name}")
    until(lambda: not own())


@pytest.mark.slow
@pytest.mark.usefixtures("uploaded")
def test_it_finds_no_error(ready: dict[str, Any]) -> None:
    asked = [word for name in CLASSES for word in ("--conformance", name)]
    where = ["--collection", COLLECTION, "--geometry", json.dumps(SOMEWHERE)]
    root = f"{ready['web']}/stac"
    # Errors end it with a status, which `run` tells with all that it printed.
    run(
        *(environment() / "python", PROGRAM, SCHEMAS, ready["web"]),
        *("--root-url", root, *asked, *where, "--validate-pagination"),
    )
