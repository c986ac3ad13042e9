"""Geometries as well-known binary: read by another library, they are what they were."""

from typing import Any

import orjson
import pytest
import shapely

from services.indexer.mirrors.wkb import has_heights, wkb_of

SQUARE = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 0.0]]
HOLE = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 1.0]]
GEOMETRIES: list[dict[str, Any]] = [
    {"type": "Point", "coordinates": [7.5, 47.5]},
    {"type": "Point", "coordinates": [7.5, 47.5, 260.0]},
    {"type": "LineString", "coordinates": SQUARE},
    {"type": "Polygon", "coordinates": [SQUARE, HOLE]},
    {"type": "MultiPoint", "coordinates": SQUARE},
    {"type": "MultiLineString", "coordinates": [SQUARE, HOLE]},
    {"type": "MultiPolygon", "coordinates": [[SQUARE], [HOLE]]},
    {"type": "MultiPolygon", "coordinates": [[[[*one, 1.0] for one in SQUARE]]]},
    {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Point", "coordinates": [1.0, 2.0]},
            {"type": "Polygon", "coordinates": [SQUARE]},
        ],
    },
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=lambda one: one["type"])
def test_is_read_as_it_was(geometry: dict[str, Any]) -> None:
    read = shapely.from_wkb(wkb_of(geometry))
    assert orjson.loads(shapely.to_geojson(read)) == geometry
    assert read.has_z == has_heights(geometry)


@pytest.mark.parametrize("kind", ["Point", "LineString", "Polygon", "MultiPolygon"])
def test_without_a_position_it_is_empty(kind: str) -> None:
    read = shapely.from_wkb(wkb_of({"type": kind, "coordinates": []}))
    assert (read.geom_type, read.is_empty) == (kind, True)
