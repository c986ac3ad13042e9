"""The OpenAPI document of the STAC API, small and by hand: paths, parameters, media types."""

from typing import Any

from services.web.stac_api.aggregation import INTERVAL, INTERVALS, PRECISION
from services.web.stac_api.aggregation import NAMES as AGGREGATED
from services.web.stac_api.answers import PROBLEM
from services.web.stac_api.bodies import MERGE_PATCH
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
ITEMS = "/collections/{collection_id}/items"
REFUSED = {
    "400": "It is not valid: `errors` says what and where",
    "401": "Nobody is signed in, and no access key was sent",
    "403": "Who asks may not write here",
    "404": "There is no such thing for who asks",
    "409": "It is there already, or has no object of its own",
    "412": "It is not what If-Match says",
    "413": "It is larger than may be",
}
LATER = "Written, and told in a moment"
WRITES = {
    ITEMS: {"post": ("Write an item, or each of a list", {"201": "Written", "202": LATER})},
    f"{ITEMS}/{{item_id}}": {
        "put": ("Write another item in its place", {"200": "Written", "202": LATER}),
        "patch": ("Change members of it (RFC 7396)", {"200": "Written", "202": LATER}),
        "delete": ("Delete it", {"200": "Deleted", "202": "Deleted, and gone in a moment"}),
    },
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag that the item has to have",
    "schema": {"type": "string"},
}


def describe(public_url: str) -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Coop STAC API", "version": "1.0.0"},
        "servers": [{"url": f"{public_url}/stac"}],
        "paths": {path: _operations(path, said) for path, said in PATHS.items()},
    }


def _operations(path: str, said: tuple[str, str, tuple[dict[str, Any], ...]]) -> dict[str, Any]:
    written = {method: _write(path, method, *one) for method, one in WRITES.get(path, {}).items()}
    return {"get": _operation(path, *said), **written}


def _write(path: str, method: str, summary: str, told: dict[str, str]) -> dict[str, Any]:
    answers = {
        status: {"description": words, "content": {media_type: {"schema": {"type": "object"}}}}
        for some, media_type in ((told, GEOJSON), (REFUSED, PROBLEM))
        for status, words in some.items()
    }
    operation: dict[str, Any] = {
        "summary": summary,
        "parameters": [*_in_path(path), *([] if method == "post" else [IF_MATCH])],
        "responses": answers,
    }
    if method != "delete":
        content = {MERGE_PATCH if method == "patch" else GEOJSON: {"schema": {"type": "object"}}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _in_path(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]


def _operation(
    path: str, summary: str, media_type: str, parameters: tuple[dict[str, Any], ...]
) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": [*_in_path(path), *parameters],
        "responses": {
            "200": {
                "description": summary,
                "content": {media_type: {"schema": {"type": "object"}}},
            }
        },
    }
