"""STAC as people write and upload it."""

from typing import Any

import orjson

POINT = {"type": "Point", "coordinates": [7.5, 47.5]}


def item(own_id: str = "one", hrefs: tuple[str, ...] = (), **changes: Any) -> dict[str, Any]:
    """A valid item of STAC 1.1 with an asset for each reference."""
    known = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": [],
        "id": own_id,
        "geometry": POINT,
        "bbox": [7.5, 47.5, 7.5, 47.5],
        "properties": {"datetime": "2020-05-04T03:02:01Z", "gsd": 10},
        "links": [],
        "assets": {f"a{place}": {"href": href} for place, href in enumerate(hrefs)},
    }
    return known | changes


def collection(**changes: Any) -> dict[str, Any]:
    """A valid collection of STAC 1.1."""
    known = {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": "own",
        "title": "Own title",
        "description": "Own words",
        "license": "CC-BY-4.0",
        "keywords": ["own"],
        "providers": [{"name": "Own lab", "roles": ["licensor"]}],
        "extent": {
            "spatial": {"bbox": [[0, 0, 1, 1]]},
            "temporal": {"interval": [["2001-01-01T00:00:00Z", None]]},
        },
        "links": [],
    }
    return known | changes


def written(document: object) -> bytes:
    """As it is uploaded."""
    return orjson.dumps(document)


def listed(*items: dict[str, Any]) -> bytes:
    """A collection of items in one file."""
    return orjson.dumps({"type": "FeatureCollection", "features": items})


def lines(*items: dict[str, Any]) -> bytes:
    """One item a line."""
    return b"\n".join(orjson.dumps(one) for one in items)
