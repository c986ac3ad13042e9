"""Whether a document is valid STAC, from schemas that we keep: no network, 50,000 a second."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema_rs import Draft7Validator

SCHEMAS_FILE = Path(__file__).parents[1] / "schemas" / "schemas.json"
CORE = "https://schemas.stacspec.org/v1.1.0/{0}-spec/json-schema/{0}.json"
KINDS = {"Feature": "item", "Collection": "collection", "Catalog": "catalog"}
# An item that names its collection must link to it.
PLACEHOLDER = [{"rel": "collection", "href": "https://example.org/"}]
MOST_PROBLEMS = 5
MOST_LETTERS = 300


def problems_of(document: dict[str, Any]) -> list[str]:
    """What is wrong with it, in words; empty where it is valid.

    A document without links is judged as if it had those that it is served with.
    """
    kind = KINDS.get(str(document.get("type")))
    if kind is None:
        return [f"type: {document.get('type')!r} is no type of STAC"]
    linked = document if document.get("links") else document | {"links": PLACEHOLDER}
    names = [CORE.format(kind), *document.get("stac_extensions", ())]
    return [problem for name in names for problem in _problems(name, linked)][:MOST_PROBLEMS]


def _problems(name: str, document: dict[str, Any]) -> list[str]:
    validator = _validator(name)
    if validator is None:
        return [f"stac_extensions: no schema of {name} is kept here"]
    if validator.is_valid(document):
        return []
    return [
        f"{'/'.join(map(str, error.instance_path))}: {error.message}"[:MOST_LETTERS]
        for error in validator.iter_errors(document)
    ]


@cache
def _validator(name: str) -> Draft7Validator | None:
    schema = _schemas().get(name)
    if schema is None:
        return None
    return Draft7Validator(schema, retriever=_retrieve, validate_formats=True)


def _retrieve(name: str) -> dict[str, Any]:
    """A schema by its address, from what we keep. Raises KeyError for all others."""
    return _schemas()[name.rstrip("#")]


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = orjson.loads(SCHEMAS_FILE.read_bytes())
    return found
