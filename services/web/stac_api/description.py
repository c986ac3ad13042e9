"""The OpenAPI document of the STAC API, small and by hand: paths, parameters, media types."""

from typing import Any

from services.web.stac_api.answers import PROBLEM
from services.web.stac_api.bodies import MERGE_PATCH
from services.web.stac_api.links import GEOJSON, JSON, SCHEMA_TYPE
from services.web.stac_api.mirrors import PARQUET
from services.web.stac_api.parameters import (
    ALL_FIGURES,
    BBOX,
    COLLECTIONS_BY,
    DATETIME,
    FEATURES,
    FIGURES,
    LIMIT,
    PREFIX,
    SEARCH,
    TOKEN,
    WORDS,
    body_of,
)

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
    "/collections/{collection_id}/items.parquet": ("All its items as GeoParquet", PARQUET, ()),
    "/collections/{collection_id}/items": ("Items of a collection", GEOJSON, FEATURES),
    "/collections/{collection_id}/items/{item_id}": ("One item", GEOJSON, ()),
}
# What is too long for an address can be asked in a body.
ASKED_IN_BODY = ("/search", "/aggregate", "/collections/{collection_id}/aggregate")
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
OBJECT, BINARY = {"type": "object"}, {"type": "string", "format": "binary"}
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
    others = {method: _write(path, method, *one) for method, one in WRITES.get(path, {}).items()}
    if path in ASKED_IN_BODY:
        others["post"] = _asked_in_body(path, *said)
    return {"get": _operation(path, *said), **others}


def _asked_in_body(
    path: str, summary: str, media_type: str, parameters: tuple[dict[str, Any], ...]
) -> dict[str, Any]:
    content = {JSON: {"schema": body_of(parameters)}}
    operation = _operation(path, summary, media_type, ())
    return operation | {"requestBody": {"required": True, "content": content}}


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
                "content": {media_type: {"schema": BINARY if media_type == PARQUET else OBJECT}},
            }
        },
    }
