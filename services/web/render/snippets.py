"""The lines that open one file or a whole repository in the tools people use.

A key may hold anything, so what is pasted into a shell is quoted for a shell, and what is pasted
into Python for Python; a URL is percent-encoded and safe in both.
"""

import json
from dataclasses import dataclass
from shlex import quote
from string import Template
from typing import NamedTuple
from urllib.parse import urlencode

from services.web.render.snippet_texts import TEXTS

RASTERS = {"cog", "geotiff", "tiff", "netcdf", "hdf5", "grib"}
VECTORS = {"geojson", "flatgeobuf", "geopackage", "shapefile", "kml", "gpx"}

BY_KIND = {
    "raster": ("rasterio", "terra", "gdalinfo", "qgis-raster", "curl"),
    "vector": ("geopandas", "sf", "ogrinfo", "qgis-vector", "duckdb-spatial"),
    "geoparquet": ("geopandas-parquet", "arrow", "duckdb", "ogrinfo", "curl"),
    "parquet": ("pandas-parquet", "arrow", "duckdb", "curl"),
    "zarr": ("xarray", "curl"),
    "csv": ("pandas-csv", "read-csv", "duckdb", "curl"),
    "any": ("curl", "urllib", "aws-copy"),
}
KEYED = ("aws-copy", "boto", "curl-signed")
OPEN_REPOSITORY = ("pystac-client", "aws-sync", "curl-items")
KEYED_REPOSITORY = ("aws-sync",)
SHARED = ("curl-shared", "urllib")
SHARED_REPOSITORY = ("curl-archive",)


class Snippet(NamedTuple):
    """One tool's tab: its slug in the address, its name, what to paste."""

    slug: str
    tool: str
    code: str


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be opened: an object, or a folder by its prefix, which is empty for a repository.

    `is_open` says whether the data door gives it to anyone; `catalog` is the STAC root. `share` is
    the token of the link by which a stranger came to it.
    """

    url: str
    endpoint: str
    account_id: str
    repository_id: str
    key: str = ""
    format: str = ""
    is_open: bool = True
    catalog: str = ""
    share: str = ""


def for_object(target: Target) -> list[Snippet]:
    """For one file; what needs a key is said in terms of the usual AWS variables."""
    if target.is_open:
        return _filled(BY_KIND[_kind(target.format)], target)
    return _filled(SHARED if target.share else KEYED, target)


def for_repository(target: Target) -> list[Snippet]:
    """For all of a repository, or of one folder in it."""
    if target.is_open:
        return _filled(OPEN_REPOSITORY, target)
    return _filled(SHARED_REPOSITORY if target.share else KEYED_REPOSITORY, target)


def _kind(format_name: str) -> str:
    name = format_name.lower().replace(" ", "").replace("-", "")
    if name in RASTERS:
        return "raster"
    if name in VECTORS:
        return "vector"
    return name if name in BY_KIND else "any"


def _filled(names: tuple[str, ...], target: Target) -> list[Snippet]:
    key = f"{target.repository_id}/{target.key}"
    shared = {"share": target.share} if target.share else {}
    prefix = {"prefix": target.key} if target.key else {}
    file = key.rstrip("/").rpartition("/")[2]
    values = {
        "url": f"{target.url}?{urlencode(shared)}" if shared else target.url,
        "folder": target.url.rpartition("/")[0],
        "archive": f"{target.url}?{urlencode({'archive': 'zip', **prefix, **shared})}",
        "file": quote(file),
        "endpoint": target.endpoint,
        "catalog": target.catalog,
        "collection": f"{target.account_id}--{target.repository_id}",
        "place": quote(f"s3://{target.account_id}/{key}"),
        "unsigned": " --no-sign-request" if target.is_open else "",
        "bucket": json.dumps(target.account_id),
        "key": json.dumps(key),
        "name": json.dumps(file),
    }
    return [
        Snippet(slug, tool, Template(text).substitute(values))
        for slug, tool, text in (TEXTS[name] for name in names)
    ]
