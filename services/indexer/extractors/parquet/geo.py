"""Where a GeoParquet file is, from its `geo` metadata (GeoParquet 1.1) or its covering column."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.earth import Box
from services.indexer.extractors.facts import Place
from services.indexer.extractors.parquet.footer import Footer

EDGES = ("xmin", "ymin", "xmax", "ymax")
MAX_TYPES = 20


@dataclass(frozen=True, slots=True)
class Geography:
    """The primary geometry column; `bounds` are in the coordinates of `crs`."""

    column: str
    types: list[str]
    encoding: str
    version: str
    crs: CRS | None
    bounds: Box | None
    place: Place | None


def geography(footer: Footer) -> Geography | None:
    """None where the file is plain Parquet."""
    geo = footer.json(b"geo")
    name, columns = geo.get("primary_column"), geo.get("columns")
    column = columns.get(name) if isinstance(columns, dict) else None
    if not isinstance(name, str) or not isinstance(column, dict):
        return None
    crs = _crs(column)
    bounds = _stated(column.get("bbox")) or _covered(footer, column.get("covering"))
    place = systems.place_of(crs, bounds) if crs and bounds else None
    types = column.get("geometry_types")
    return Geography(
        name,
        [str(one) for one in types[:MAX_TYPES]] if isinstance(types, list) else [],
        str(column.get("encoding", "")),
        str(geo.get("version", "")),
        crs,
        bounds,
        place,
    )


def _crs(column: dict[str, Any]) -> CRS | None:
    """PROJJSON; absent means longitude and latitude, null means that nobody knows."""
    if "crs" not in column:
        return systems.named("OGC", "CRS84")
    stated = column["crs"]
    if not isinstance(stated, dict):
        return systems.defined(stated) if isinstance(stated, str) else None
    known = stated.get("id")
    if isinstance(known, dict) and "authority" in known and "code" in known:
        return systems.named(str(known["authority"]), str(known["code"])) or systems.defined(stated)
    return systems.defined(stated)


def _stated(bbox: object) -> Box | None:
    """The box in the metadata; heights and measures between its corners are left out."""
    if not isinstance(bbox, list) or len(bbox) not in {4, 6, 8}:
        return None
    half = len(bbox) // 2
    return _box([bbox[0], bbox[1], bbox[half], bbox[half + 1]])


def _covered(footer: Footer, covering: object) -> Box | None:
    """From the statistics of the columns that hold each row's box."""
    paths = covering.get("bbox") if isinstance(covering, dict) else None
    if not isinstance(paths, dict):
        return None
    spans = [footer.span(".".join(map(str, paths.get(edge) or ()))) for edge in EDGES]
    if None in spans:
        return None
    xmin, ymin, xmax, ymax = (span for span in spans if span)
    return _box([xmin[0], ymin[0], xmax[1], ymax[1]])


def _box(edges: Sequence[object]) -> Box | None:
    numbers = [float(edge) for edge in edges if isinstance(edge, int | float) and isfinite(edge)]
    if len(numbers) != len(edges):
        return None
    west, south, east, north = numbers
    return west, south, east, north
