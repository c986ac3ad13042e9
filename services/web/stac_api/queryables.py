"""What items can be asked by, as a JSON Schema (OGC API Features 3 §7.6).

Whatever an item says can be asked for; these are what all or many of them say.
"""

from typing import Any

SCHEMA = "https://json-schema.org/draft/2020-12/schema"
MOMENT = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}
PROPERTIES: dict[str, dict[str, Any]] = {
    "id": {"title": "Name of the item", **TEXT},
    "collection": {"title": "Name of the collection", **TEXT},
    "geometry": {"title": "Footprint", "format": "geometry-any"},
    "datetime": {"title": "Moment of the data", **MOMENT},
    "start_datetime": {"title": "First moment of the data", **MOMENT},
    "end_datetime": {"title": "Last moment of the data", **MOMENT},
    "created": {"title": "When it was uploaded", **MOMENT},
    "updated": {"title": "When it was changed", **MOMENT},
    "title": {"title": "Key of the object", **TEXT},
    "description": {"title": "What it is, in words", **TEXT},
    "coop:format": {"title": "Format", **TEXT},
    "coop:datetime_source": {
        "title": "How the moment is known",
        "type": "string",
        "enum": ["file", "name", "upload"],
    },
    "coop:id": {"title": "Id that it was uploaded with", **TEXT},
    "coop:collection": {"title": "Collection that it was uploaded with", **TEXT},
    "pc:count": {"title": "Number of points", "type": "integer", "minimum": 0},
    "pc:encoding": {"title": "Encoding of points", **TEXT},
}


def queryables(address: str, title: str, summaries: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document; what a collection sums up is told as the values that there are."""
    told = summaries or {}
    known = {
        name: {**schema, "enum": told[name]} if isinstance(told.get(name), list) else schema
        for name, schema in PROPERTIES.items()
    }
    return {
        "$schema": SCHEMA,
        "$id": address,
        "type": "object",
        "title": title,
        "properties": known,
        "additionalProperties": True,
    }
