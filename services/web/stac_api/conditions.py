"""The filter extension: a condition in one of the two forms of CQL2, and in which coordinates."""

from collections.abc import Mapping
from typing import Any

import orjson

from services.web.stac_api.cql2_text import DEEPEST, read_text
from services.web.stac_api.query import Expression
from shared.fields import invalid

PARAMETERS = ("filter", "filter-lang", "filter-crs")
TEXT, JSON = "cql2-text", "cql2-json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
LARGEST = 64 * 1024
# Each level of a condition is an object and its list of arguments; then comes a shape.
DEEPEST_JSON = 2 * DEEPEST + 8


def filter_of(values: Mapping[str, Any]) -> Expression | bool | None:
    """What is said, as CQL2 JSON; the indexer looks closer. Invalid, with the field to blame."""
    _look_at_crs(values.get("filter-crs"))
    said, language = values.get("filter"), values.get("filter-lang")
    if language not in (None, TEXT, JSON):
        raise invalid("filter-lang", f"must be {TEXT} or {JSON}")
    if said is None:
        return None
    if language is None:
        language = TEXT if isinstance(said, str) else JSON
    try:
        return _read(said, language)
    except ValueError as error:
        raise invalid("filter", str(error)) from None


def _look_at_crs(said: object) -> None:
    if said not in (None, CRS84):
        raise invalid("filter-crs", f"must be {CRS84}, or left out")


def _read(said: object, language: str) -> Expression | bool:
    if language == TEXT:
        if not isinstance(said, str):
            raise ValueError(f"must be a text, or filter-lang {JSON}")
        expression: Expression | bool = read_text(said)
        return expression
    if isinstance(said, str):
        said = _parsed(said)
    if not isinstance(said, dict | bool):
        raise ValueError("must be an object (CQL2 JSON)")  # noqa: TRY004 -- one error for all faults
    if _depth(said) > DEEPEST_JSON:
        raise ValueError(f"is nested deeper than {DEEPEST} levels")
    if len(orjson.dumps(said)) > LARGEST:
        raise ValueError(f"has more than {LARGEST // 1024} KB")
    return said


def _parsed(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ValueError("is no valid JSON") from None


def _depth(said: object) -> int:
    """How many levels there are, counted no further than is of use."""
    level, depth = [said], 0
    while level and depth <= DEEPEST_JSON:
        depth += 1
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
    return depth
