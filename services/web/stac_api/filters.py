"""Which items are asked for, and how they are told (STAC API item search, GET and POST)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request

from services.web.forms.boxes import NUMBERS, box_of
from services.web.stac_api.conditions import PARAMETERS as FILTER
from services.web.stac_api.conditions import filter_of
from services.web.stac_api.fields import Fields, fields_of
from services.web.stac_api.query import both, condition_of
from services.web.stac_api.sorting import sort_of
from shared.contracts.indexer import LONGEST_TEXT, MOST_TEXTS, SortField
from shared.fields import invalid

Interval = tuple[datetime | None, datetime | None]
Values = Mapping[str, Any]

DEFAULT_LIMIT, MOST = 100, 1000
OPEN = ("", "..")
# What the request to the indexer may hold, with room for the rest of it.
MOST_COLLECTIONS, MOST_IDS, LONGEST_NAME, LONGEST_TOKEN = 100, 1000, 256, 4096
LARGEST_GEOMETRY = 512 * 1024
# A collection of multipolygons has no more levels than this, and foreign members few.
DEEPEST = 16
RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. Nothing set means everything."""

    limit: int = DEFAULT_LIMIT
    token: str | None = None
    collections: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    bbox: tuple[float, ...] = ()
    interval: Interval | None = None
    geometry: dict[str, Any] | None = None
    condition: dict[str, Any] | bool | None = None
    sort: tuple[SortField, ...] = ()
    fields: Fields | None = None
    texts: tuple[str, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Whether items have to be looked at one by one, or are told in another order."""
        looked = self.ids or self.bbox or self.interval or self.geometry
        return bool(looked or self.condition is not None or self.sort)

    @property
    def is_of_some_collections(self) -> bool:
        """Whether collections have to be looked for, or are told in another order."""
        return bool(self.texts or self.bbox or self.interval or self.sort)


def from_query(request: Request) -> Wanted:
    """The parameters of a GET. Invalid with the field to blame."""
    return read(values_of_query(request))


def values_of_query(request: Request) -> dict[str, Any]:
    """What an address says, as a body would say it."""
    query = request.query_params
    values: dict[str, Any] = dict(query)
    for name in ("collections", "ids", "bbox", "q", "aggregations"):
        if name in values:
            values[name] = [part for part in query[name].split(",") if part or name == "bbox"]
    for name in ("intersects", "query"):
        if name in values:
            values[name] = _json(query[name].encode(), name)
    return values


async def from_body(request: Request) -> Wanted:
    """The parameters of a POST, which are the members of its body."""
    return read(await values_of_body(request))


async def values_of_body(request: Request) -> dict[str, Any]:
    """The body, which must be an object."""
    values = _json(await request.body(), "body")
    if not isinstance(values, dict):
        raise invalid("body", "must be a JSON object")
    return values


def read(values: Values) -> Wanted:
    """The known parameters; others are passed over, as clients send more than we know."""
    if values.get("bbox") is not None and values.get("intersects") is not None:
        raise invalid("bbox", "cannot be used together with intersects")
    known: dict[str, Any] = {}
    for name, reader in READERS.items():
        if values.get(name) is not None:
            try:
                known[name] = reader(values[name])
            except (ValueError, TypeError, OverflowError) as error:
                said = str(error) if type(error) is ValueError else "is not valid"
                raise invalid(name, said) from None
    return Wanted(
        limit=known.get("limit", DEFAULT_LIMIT),
        token=known.get("token"),
        collections=known.get("collections", ()),
        ids=known.get("ids", ()),
        bbox=known.get("bbox", ()),
        interval=known.get("datetime"),
        geometry=known.get("intersects"),
        condition=both(known.get("query"), filter_of(values)),
        sort=known.get("sortby", ()),
        fields=known.get("fields"),
        texts=known.get("q", ()),
    )


def _limit(value: object) -> int:
    """At least 1; who asks for more than we give gets what we give (OGC API Features §7.15.2)."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or int(text[:9]) < 1:
        raise ValueError("must be a whole number from 1 on")
    return min(int(text[:9]), MOST)


def _token(value: object) -> str | None:
    if not isinstance(value, str) or len(value) > LONGEST_TOKEN:
        raise ValueError("is not one of ours")
    return value or None


def _collections(value: object) -> tuple[str, ...]:
    return _names(value, MOST_COLLECTIONS)


def _ids(value: object) -> tuple[str, ...]:
    return _names(value, MOST_IDS)


def _texts(value: object) -> tuple[str, ...]:
    """Of collections alone; the search for items passes them over."""
    said = value if isinstance(value, list) else [value]
    texts = [one.strip() for one in said if isinstance(one, str)]
    if len(texts) < len(said):
        raise ValueError("must be words, with commas between texts")
    if len(texts) > MOST_TEXTS or any(len(one) > LONGEST_TEXT for one in texts):
        raise ValueError(f"must be at most {MOST_TEXTS} texts of {LONGEST_TEXT} characters")
    return tuple(filter(None, texts))


def _names(value: object, most: int) -> tuple[str, ...]:
    """A text alone is taken for one name, as some clients send it."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("must be a list of names")
    if len(names) > most or any(len(name) > LONGEST_NAME for name in names):
        raise ValueError(f"must be at most {most} names of {LONGEST_NAME} characters")
    return tuple(names)


def _bbox(value: object) -> tuple[float, ...]:
    if not isinstance(value, list):
        raise ValueError(NUMBERS)  # noqa: TRY004 -- one error for all faults
    return box_of(value)


def _interval(value: object) -> Interval:
    """A moment or two around a `/`, where `..` or nothing leaves an end open (RFC 3339 §5.6)."""
    first, slash, last = str(value).partition("/")
    if not slash:
        moment = _moment(first)
        return moment, moment
    if first in OPEN and last in OPEN:
        raise ValueError("must have a start or an end")
    start = None if first in OPEN else _moment(first)
    end = None if last in OPEN else _moment(last)
    if start and end and start > end:
        raise ValueError("ends before it starts")
    return start, end


def _moment(text: str) -> datetime:
    if not RFC3339.fullmatch(text):
        raise ValueError("must be a date and time with a zone (RFC 3339)")
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def _geometry(value: object) -> dict[str, Any]:
    """An object of some size; the indexer looks closer."""
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise ValueError("must be a GeoJSON geometry")  # noqa: TRY004 -- one error for all faults
    if _is_deep(value, DEEPEST):
        raise ValueError(f"is nested deeper than {DEEPEST} levels")
    if len(orjson.dumps(value)) > LARGEST_GEOMETRY:
        raise ValueError(f"has more than {LARGEST_GEOMETRY // 1024} KB")
    return value


def _is_deep(value: object, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    parts = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deep(part, levels - 1) for part in parts)


READERS = {
    "limit": _limit,
    "token": _token,
    "collections": _collections,
    "ids": _ids,
    "bbox": _bbox,
    "datetime": _interval,
    "intersects": _geometry,
    "query": condition_of,
    "sortby": sort_of,
    "fields": fields_of,
    "q": _texts,
}
# What an address says of all this, and a link to the next page says again.
PARAMETERS = (*READERS, *FILTER)


def _json(content: bytes, field: str) -> Any:  # noqa: ANN401
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise invalid(field, "is no valid JSON") from None
