"""The STAC API as its own validator judges it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.foreign_clients import ROOT, environment, run

SCHEMAS = ROOT / "services" / "indexer" / "schemas" / "schemas.json"
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


@pytest.mark.slow
def test_it_finds_no_error(ready: dict[str, Any]) -> None:
    asked = [word for name in CLASSES for word in ("--conformance", name)]
    where = ["--collection", "noaa--globe-land-mask", "--geometry", json.dumps(SOMEWHERE)]
    root = f"{ready['web']}/stac"
    # Errors end it with a status, which `run` tells with all that it printed.
    run(
        *(environment() / "python", PROGRAM, SCHEMAS, ready["web"]),
        *("--root-url", root, *asked, *where, "--validate-pagination"),
    )
