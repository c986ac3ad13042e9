"""What the STAC API can be asked, as its OpenAPI document says it."""

from typing import Any

from services.web.stac_api.aggregation import INTERVAL, INTERVALS, PRECISION
from services.web.stac_api.aggregation import NAMES as AGGREGATED
from services.web.stac_api.conditions import CRS84
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
# A body says as JSON what an address says as text.
IN_BODY: dict[str, Any] = {
    "intersects": {"type": "object", "description": INTERSECTS["description"]},
    "query": {"type": "object", "description": "Conditions on properties, by name and operator"},
    "filter": {"description": "A condition on items: CQL2 JSON, or a text in CQL2"},
    "filter-lang": {"type": "string", "enum": ["cql2-json", "cql2-text"]},
    "sortby": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["field"],
            "properties": {
                "field": {"type": "string"},
                "direction": {"type": "string", "enum": ["asc", "desc"], "default": "asc"},
            },
        },
    },
    "fields": {"type": "object", "properties": {"include": NAMES, "exclude": NAMES}},
}


def body_of(parameters: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """The schema of a body that says the same as these parameters."""
    said = {one["name"]: IN_BODY.get(one["name"], one["schema"]) for one in parameters}
    required = [one["name"] for one in parameters if one.get("required")]
    return {"type": "object", "properties": said} | ({"required": required} if required else {})
