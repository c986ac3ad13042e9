"""The OpenAPI document of the STAC API, small and by hand: paths, parameters, media types."""

from typing import Any

from services.web.stac_api.aggregation import INTERVAL, INTERVALS, PRECISION
from services.web.stac_api.aggregation import NAMES as AGGREGATED
from services.web.stac_api.conditions import CRS84
from services.web.stac_api.links import GEOJSON, JSON, SCHEMA_TYPE
from shared.contracts.indexer import MOST_PRECISE

LIMIT = {
    "name": "limit",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
}
TOKEN = {
    "name": "token",
    "in": "query",
    "description": "From the link whose rel is next",
    "schema": {"type": "string"},
}
PREFIX = {
    "name": "prefix",
    "in": "query",
    "description": "A folder, which ends in /",
    "schema": {"type": "string"},
}
BBOX = {
    "name": "bbox",
    "in": "query",
    "description": "West, south, east, north; or with heights in between",
    "schema": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
    "explode": False,
}
DATETIME = {
    "name": "datetime",
    "in": "query",
    "description": "A moment or an interval (RFC 3339), open ends as ..",
    "schema": {"type": "string"},
}
NAMES = {"type": "array", "items": {"type": "string"}}
IDS = {"name": "ids", "in": "query", "schema": NAMES, "explode": False}
COLLECTIONS = {"name": "collections", "in": "query", "schema": NAMES, "explode": False}
INTERSECTS = {
    "name": "intersects",
    "in": "query",
    "description": "A GeoJSON geometry, in the place of a bbox",
    "schema": {"type": "string"},
}
SORTBY = {
    "name": "sortby",
    "in": "query",
    "description": "Names of properties, each after + or -, such as -datetime",
    "schema": NAMES,
    "explode": False,
}
COLLECTIONS_BY = {
    **SORTBY,
    "description": "One of id, title, created, updated, after + or -; else those that fit best",
}
WORDS = {
    "name": "q",
    "in": "query",
    "description": "Texts of which one must be met, with all its words",
    "schema": NAMES,
    "explode": False,
}
FIELDS = {
    "name": "fields",
    "in": "query",
    "description": "Members to tell, and after - those to leave out",
    "schema": NAMES,
    "explode": False,
}
QUERY = {
    "name": "query",
    "in": "query",
    "description": 'Conditions on properties as JSON, such as {"gsd": {"lt": 10}}',
    "schema": {"type": "string"},
}
FILTER = {
    "name": "filter",
    "in": "query",
    "description": "A condition on items (CQL2), such as gsd < 10",
    "schema": {"type": "string"},
}
FILTER_LANG = {
    "name": "filter-lang",
    "in": "query",
    "schema": {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"},
}
FILTER_CRS = {"name": "filter-crs", "in": "query", "schema": {"type": "string", "enum": [CRS84]}}
FILTERS = (FILTER, FILTER_LANG, FILTER_CRS)
FEATURES = (LIMIT, TOKEN, BBOX, DATETIME, SORTBY, FIELDS, QUERY, *FILTERS)
SEARCH = (*FEATURES, IDS, COLLECTIONS, INTERSECTS)
AGGREGATIONS = {
    "name": "aggregations",
    "in": "query",
    "required": True,
    "schema": {"type": "array", "items": {"type": "string", "enum": list(AGGREGATED)}},
    "explode": False,
}
INTERVAL_OF = {"name": INTERVAL, "in": "query", "schema": {"type": "string", "enum": [*INTERVALS]}}
PRECISION_OF = {
    "name": PRECISION,
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST_PRECISE, "default": 3},
}
FIGURES = (AGGREGATIONS, INTERVAL_OF, PRECISION_OF, BBOX, DATETIME, QUERY, *FILTERS)
ALL_FIGURES = (*FIGURES, IDS, COLLECTIONS, INTERSECTS)
PATHS = {
    "/": ("Root catalog", JSON, ()),
    "/conformance": ("Conformance classes", JSON, ()),
    "/queryables": ("What items can be asked by", SCHEMA_TYPE, ()),
    "/search": ("Items of any collections", GEOJSON, SEARCH),
    "/aggregations": ("Which figures of items there are", JSON, ()),
    "/aggregate": ("Items of any collections in figures", JSON, ALL_FIGURES),
    "/children": ("Catalogs below the root", JSON, (LIMIT, TOKEN)),
    "/catalogs": ("Accounts that the root has no room for", JSON, (TOKEN,)),
    "/catalogs/{account_id}": ("Collections of an account", JSON, (TOKEN,)),
    "/catalogs/{account_id}/{repository_id}": ("What is in a folder", JSON, (PREFIX, TOKEN)),
    "/collections": ("Collections", JSON, (LIMIT, TOKEN, WORDS, BBOX, DATETIME, COLLECTIONS_BY)),
    "/collections/{collection_id}": ("One collection", JSON, ()),
    "/collections/{collection_id}/queryables": ("What its items can be asked by", SCHEMA_TYPE, ()),
    "/collections/{collection_id}/aggregations": ("Which figures there are of it", JSON, ()),
    "/collections/{collection_id}/aggregate": ("Its items in figures", JSON, FIGURES),
    "/collections/{collection_id}/items": ("Items of a collection", GEOJSON, FEATURES),
    "/collections/{collection_id}/items/{item_id}": ("One item", GEOJSON, ()),
}


def describe(public_url: str) -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Coop STAC API", "version": "1.0.0"},
        "servers": [{"url": f"{public_url}/stac"}],
        "paths": {path: {"get": _operation(path, *said)} for path, said in PATHS.items()},
    }


def _operation(
    path: str, summary: str, media_type: str, parameters: tuple[dict[str, Any], ...]
) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    return {
        "summary": summary,
        "parameters": [*in_path, *parameters],
        "responses": {
            "200": {
                "description": summary,
                "content": {media_type: {"schema": {"type": "object"}}},
            }
        },
    }
