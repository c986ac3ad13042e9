"""The published schemas of STAC and its extensions, as a judge from outside."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft7Validator

SCHEMAS = Path(__file__).parents[1] / "services" / "indexer" / "schemas" / "schemas.json"
CORE = "https://schemas.stacspec.org/v1.1.0/{0}-spec/json-schema/{0}.json"
KINDS = {"Feature": "item", "Collection": "collection", "Catalog": "catalog"}


def complaints(document: dict[str, Any]) -> list[str]:
    """What the schemas of its kind and of its extensions say against it."""
    names = [CORE.format(KINDS[document["type"]]), *document.get("stac_extensions", [])]
    return [
        f"{name}: {error.message}" for name in names for error in judge(name).iter_errors(document)
    ]


@cache
def judge(name: str) -> Draft7Validator:
    """The validator of one schema; whatever it refers to must be among those we keep."""
    schemas = json.loads(SCHEMAS.read_text())
    return Draft7Validator(
        schemas[name], retriever=lambda uri: schemas[uri.rstrip("#")], validate_formats=True
    )
