"""What the STAC API can be asked, as its OpenAPI document says it."""

from typing import Any

from services.web.stac_api.aggregation import INTERVAL, INTERVALS, PRECISION
from services.web.stac_api.aggregation import NAMES as AGGREGATED
from services.web.stac_api.conditions import CRS84
from shared.contracts.indexer import MOST_PRECISE

TEXT: dict[str, Any] = {"type": "string"}
NAMES: dict[str, Any] = {"type": "array", "items": TEXT}


def _asked(name: str, schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    """A parameter of an address; several values stand in one, with commas between."""
    said = {"description": description} if description else {}
    listed = {"explode": False} if schema["type"] == "array" else {}
    return {"name": name, "in": "query", **said, "schema": schema, **listed}


LIMIT = _asked("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100})
TOKEN = _asked("token", TEXT, "From the link whose rel is next")
PREFIX = _asked("prefix", TEXT, "A folder, which ends in /")
BBOX = _asked(
    "bbox",
    {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
    "West, south, east, north; or with heights in between",
)
DATETIME = _asked("datetime", TEXT, "A moment or an interval (RFC 3339), open ends as ..")
IDS = _asked("ids", NAMES)
COLLECTIONS = _asked("collections", NAMES)
INTERSECTS = _asked("intersects", TEXT, "A GeoJSON geometry, in the place of a bbox")
SORTBY = _asked("sortby", NAMES, "Names of properties, each after + or -, such as -datetime")
COLLECTIONS_BY = _asked(
    "sortby", NAMES, "One of id, title, created, updated, after + or -; else those that fit best"
)
WORDS = _asked("q", NAMES, "Texts of which one must be met, with all its words")
FIELDS = _asked("fields", NAMES, "Members to tell, and after - those to leave out")
QUERY = _asked("query", TEXT, 'Conditions on properties as JSON, such as {"gsd": {"lt": 10}}')
FILTER = _asked("filter", TEXT, "A condition on items (CQL2), such as gsd < 10")
FILTER_LANG = _asked(
    "filter-lang", {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
)
FILTER_CRS = _asked("filter-crs", {"type": "string", "enum": [CRS84]})
FILTERS = (FILTER, FILTER_LANG, FILTER_CRS)
FEATURES = (LIMIT, TOKEN, BBOX, DATETIME, SORTBY, FIELDS, QUERY, *FILTERS)
SEARCH = (*FEATURES, IDS, COLLECTIONS, INTERSECTS)
AGGREGATIONS = _asked(
    "aggregations", {"type": "array", "items": {"type": "string", "enum": list(AGGREGATED)}}
) | {"required": True}
INTERVAL_OF = _asked(INTERVAL, {"type": "string", "enum": [*INTERVALS]})
PRECISION_OF = _asked(
    PRECISION, {"type": "integer", "minimum": 1, "maximum": MOST_PRECISE, "default": 3}
)
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
