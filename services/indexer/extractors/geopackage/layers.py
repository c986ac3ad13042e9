"""The layers that a GeoPackage says it has."""

from dataclasses import dataclass
from math import isfinite

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.earth import Box
from services.indexer.extractors.facts import Place
from services.indexer.extractors.sqlite import Database, Row

MAX_LAYERS = 1000
LAYERS = """
SELECT c.table_name, c.data_type, c.last_change, c.min_x, c.min_y, c.max_x, c.max_y,
       s.organization, s.organization_coordsys_id AS code, s.definition
FROM gpkg_contents c LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id
ORDER BY c.table_name LIMIT ?
"""
GEOMETRIES = "SELECT table_name, column_name, geometry_type_name FROM gpkg_geometry_columns LIMIT ?"
COUNTS = "SELECT table_name, feature_count FROM gpkg_ogr_contents LIMIT ?"


@dataclass(frozen=True, slots=True)
class Layer:
    """A table of features, tiles or attributes. `features` is None where nobody counted them."""

    table: str
    kind: str
    changed: str
    geometry: str
    geometry_column: str
    features: int | None
    crs: CRS | None
    bounds: Box | None

    @property
    def place(self) -> Place | None:
        """Where its bounds are, as far as both are known."""
        return systems.place_of(self.crs, self.bounds) if self.crs and self.bounds else None

    @property
    def code(self) -> str | None:
        """Of its coordinate system."""
        return systems.code_of(self.crs) if self.crs else None


def read_layers(database: Database, tables: set[str]) -> list[Layer]:
    """In the order of their names. Raises Malformed."""
    geometries = _by_table(database, tables, "gpkg_geometry_columns", GEOMETRIES)
    # GDAL's own table: counting features would read all of them.
    counts = _by_table(database, tables, "gpkg_ogr_contents", COUNTS)
    return [
        _layer(row, geometries.get(str(row["table_name"]), {}), counts)
        for row in database.rows(LAYERS, MAX_LAYERS)
    ]


def _by_table(database: Database, tables: set[str], table: str, query: str) -> dict[str, Row]:
    if table not in tables:
        return {}
    return {str(row["table_name"]): row for row in database.rows(query, MAX_LAYERS)}


def _layer(row: Row, geometry: Row, counts: dict[str, Row]) -> Layer:
    name = str(row["table_name"])
    count = counts.get(name, {}).get("feature_count")
    return Layer(
        table=name,
        kind=str(row["data_type"]),
        changed=str(row["last_change"] or ""),
        geometry=str(geometry.get("geometry_type_name") or ""),
        geometry_column=str(geometry.get("column_name") or ""),
        features=count if isinstance(count, int) and count >= 0 else None,
        crs=_crs(row),
        bounds=_bounds(row),
    )


def _crs(row: Row) -> CRS | None:
    """By code, else by its WKT; None for the two undefined systems that every package has."""
    organization, code = str(row["organization"] or ""), row["code"]
    if not isinstance(code, int) or code <= 0:
        return None
    known = systems.named(organization.upper(), code)
    return known or systems.defined(str(row["definition"] or ""))


def _bounds(row: Row) -> Box | None:
    edges = [row[name] for name in ("min_x", "min_y", "max_x", "max_y")]
    numbers = [float(edge) for edge in edges if isinstance(edge, int | float)]
    if len(numbers) < 4 or not all(map(isfinite, numbers)):
        return None
    west, south, east, north = numbers
    return (west, south, east, north) if west <= east and south <= north else None
