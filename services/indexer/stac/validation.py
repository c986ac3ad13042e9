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
    unknown = [f"stac_extensions: no schema of {name} is kept here" for name in unchecked(document)]
    names = [CORE.format(kind), *document.get("stac_extensions", ())]
    found = [problem for name in names for problem in _problems(name, linked)]
    return (unknown + found)[:MOST_PROBLEMS]


def unchecked(document: dict[str, Any]) -> list[str]:
    """The extensions that nothing is judged by, since no schema of theirs is kept here."""
    return [name for name in document.get("stac_extensions", ()) if _validator(name) is None]


def faults_of(document: dict[str, Any]) -> list[str]:
    """What is wrong with a document that somebody wrote, as far as it can be judged here.

    It is told as one of our collection, with our links.
    """
    kind, links = KINDS[document["type"]], document.get("links")
    linked = {"collection": "-", **document}
    if isinstance(links, list):
        linked["links"] = [*links, *PLACEHOLDER]
    found = _problems(CORE.format(kind), linked)
    if not found:
        names = document["stac_extensions"]
        found = [problem for name in names for problem in _problems(name, linked)]
    # Where a part is wrong it is also told, in full, that the whole fits none of its choices.
    exact = [one for one in found if not one.startswith(": {")]
    return [one if one[0] != ":" else f"document{one}" for one in exact or found][:MOST_PROBLEMS]


def _problems(name: str, document: dict[str, Any]) -> list[str]:
    validator = _validator(name)
    if validator is None or validator.is_valid(document):
        return []
    return [
        f"{'/'.join(map(str, error.instance_path))}: {error.message}"[:MOST_LETTERS]
        for error in validator.iter_errors(document)
    ]


def _validator(name: str) -> Draft7Validator | None:
    """None where no schema of this name is kept: names are strangers', and not remembered."""
    return _built(name) if name in _schemas() else None


@cache
def _built(name: str) -> Draft7Validator:
    return Draft7Validator(_schemas()[name], retriever=_retrieve, validate_formats=True)


def _retrieve(name: str) -> dict[str, Any]:
    """A schema by its address, from what we keep. Raises KeyError for all others."""
    return _schemas()[name.rstrip("#")]


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = orjson.loads(SCHEMAS_FILE.read_bytes())
    return found
