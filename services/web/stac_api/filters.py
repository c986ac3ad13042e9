"""Which items are asked for: by id, box, time or geometry (STAC API item search, GET and POST)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request

from services.web.stac_api.geometry import Geometry, bounds, check_geometry, intersects
from shared.errors import FieldError, Invalid

Item = Mapping[str, Any]
Interval = tuple[datetime | None, datetime | None]
Values = Mapping[str, Any]

DEFAULT_LIMIT, MOST = 100, 1000
OPEN = ("", "..")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. Nothing set means everything."""

    limit: int = DEFAULT_LIMIT
    token: str | None = None
    collections: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()
    bbox: tuple[float, ...] = ()
    interval: Interval | None = None
    geometry: Geometry | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether items have to be looked at one by one."""
        return bool(self.ids or self.bbox or self.interval or self.geometry)

    def matches(self, item: Item) -> bool:
        """Whether one item is asked for."""
        if self.ids and item["id"] not in self.ids:
            return False
        if self.interval and not _overlaps(_times(item), self.interval):
            return False
        if self.bbox and not _boxes_meet(item.get("bbox"), self.bbox):
            return False
        if self.geometry is None:
            return True
        shape = item.get("geometry")
        if shape is None or not _boxes_meet(item.get("bbox"), bounds(self.geometry)):
            return False
        return intersects(self.geometry, shape)


def from_query(request: Request) -> Wanted:
    """The parameters of a GET. Invalid with the field to blame."""
    query = request.query_params
    values: dict[str, Any] = dict(query)
    for name in ("collections", "ids", "bbox"):
        if name in values:
            values[name] = [part for part in query[name].split(",") if part]
    if "intersects" in values:
        values["intersects"] = _json(query["intersects"].encode())
    return read(values)


async def from_body(request: Request) -> tuple[Wanted, Values]:
    """The body of a POST, read, and as it came."""
    values = _json(await request.body())
    if not isinstance(values, dict):
        raise Invalid("The body must be a JSON object.")
    return read(values), values


def read(values: Values) -> Wanted:
    """The known parameters; others are passed over, as clients send more than we know."""
    if values.get("bbox") and values.get("intersects"):
        raise _invalid("bbox", "cannot be used together with intersects")
    readers = {
        "limit": _limit,
        "token": _text,
        "collections": _names,
        "ids": _names,
        "bbox": _bbox,
        "datetime": _interval,
        "intersects": check_geometry,
    }
    known: dict[str, Any] = {}
    for name, reader in readers.items():
        if values.get(name) is not None:
            try:
                known[name] = reader(values[name])
            except (ValueError, TypeError, KeyError, IndexError) as error:
                said = str(error) if type(error) is ValueError else "is not valid"
                raise _invalid(name, said) from None
    return Wanted(
        limit=known.get("limit", DEFAULT_LIMIT),
        token=known.get("token"),
        collections=known.get("collections", ()),
        ids=frozenset(known.get("ids", ())),
        bbox=known.get("bbox", ()),
        interval=known.get("datetime"),
        geometry=known.get("intersects"),
    )


def _limit(value: object) -> int:
    """At least 1; who asks for more than we give gets what we give (OGC API Features §7.15.2)."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or int(text[:9]) < 1:
        raise ValueError("must be a whole number from 1 on")
    return min(int(text[:9]), MOST)


def _text(value: object) -> str | None:
    return str(value) or None


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("must be a list of names")
    return tuple(value)


def _bbox(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) not in {4, 6}:
        raise ValueError("must have 4 or 6 numbers")
    box = tuple(float(edge) for edge in value)
    flat = (*box[:2], *box[3:5]) if len(box) == 6 else box
    if not all(-360 <= edge <= 360 for edge in flat):
        raise ValueError("must be in degrees")
    if flat[1] > flat[3]:
        raise ValueError("has its south above its north")
    return flat


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
    moment = datetime.fromisoformat(text)
    if "t" not in text.lower() or moment.tzinfo is None:
        raise ValueError("must be a date and time with a zone (RFC 3339)")
    return moment.astimezone(UTC)


def _times(item: Item) -> Interval:
    said = item.get("properties") or {}
    start = said.get("start_datetime") or said.get("datetime")
    end = said.get("end_datetime") or said.get("datetime")
    return (_moment(start) if start else None), (_moment(end) if end else None)


def _overlaps(one: Interval, other: Interval) -> bool:
    if one == (None, None):
        return False
    starts_late = one[0] and other[1] and one[0] > other[1]
    ends_early = one[1] and other[0] and one[1] < other[0]
    return not starts_late and not ends_early


def _boxes_meet(one: Any, other: tuple[float, ...]) -> bool:  # noqa: ANN401
    """Both may cross the antimeridian: west lies then east of east."""
    if not one:
        return False
    west, south, east, north = (*one[:2], *one[3:5]) if len(one) == 6 else one
    if south > other[3] or north < other[1]:
        return False
    return any(
        a <= d and c <= b for a, b in _spans(west, east) for c, d in _spans(other[0], other[2])
    )


def _spans(west: float, east: float) -> list[tuple[float, float]]:
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


def _json(content: bytes) -> Any:  # noqa: ANN401
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Invalid("The request holds no valid JSON.") from None


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(f"{field}: {message}", errors=[FieldError(field=field, message=message)])
