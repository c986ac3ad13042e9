"""`days since 1958-03-29`: times counted from a moment (CF 1.11 §4.4)."""

import re
from datetime import UTC, datetime, timedelta

from services.indexer.extractors.moments import in_range

SINCE = re.compile(
    r"(?P<unit>[a-z]+)\s+since\s+(?P<date>-?\d{1,4}-\d{1,2}-\d{1,2})"
    r"(?:[ T](?P<clock>\d{1,2}(?::\d{1,2}(?::\d{1,2}(?:\.\d{1,9})?)?)?))?"
    r"\s*(?P<zone>Z|UTC|[+-]\d\d?:?\d\d)?",
    re.IGNORECASE,
)
SECONDS = {
    "microsecond": 1e-6, "millisecond": 1e-3, "second": 1.0, "minute": 60.0, "hour": 3600.0,
    "day": 86_400.0, "week": 604_800.0,
}  # fmt: skip
SHORT = {
    "us": "microsecond", "ms": "millisecond", "msec": "millisecond", "s": "second", "sec": "second",
    "min": "minute", "h": "hour", "hr": "hour", "d": "day",
}  # fmt: skip
# Days of other calendars cannot be counted on this one.
CALENDARS = frozenset({"", "standard", "gregorian", "proleptic_gregorian"})
MAX_UNIT = 100


def is_time_unit(unit: str) -> bool:
    """Whether values of this unit are times."""
    return len(unit) <= MAX_UNIT and SINCE.match(unit) is not None


def time_of(value: float, unit: str, calendar: str) -> datetime | None:
    """The moment; None where calendar or unit are none that can be counted, or out of range."""
    found = SINCE.match(unit) if len(unit) <= MAX_UNIT else None
    if found is None or calendar.lower() not in CALENDARS:
        return None
    name = found["unit"].lower().removesuffix("s") or "s"
    seconds = SECONDS.get(SHORT.get(found["unit"].lower(), SHORT.get(name, name)))
    if seconds is None:
        return None
    try:
        origin = _origin(found)
        return in_range(origin + timedelta(seconds=float(value) * seconds))
    except (ValueError, OverflowError):
        return None


def _origin(found: re.Match[str]) -> datetime:
    """Raises ValueError for a day that there is not."""
    year, month, day = (int(part) for part in found["date"].split("-"))
    clock = [float(part) for part in (found["clock"] or "0").split(":")]
    hours, minutes, seconds = [*clock, 0.0, 0.0][:3]
    past = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return datetime(year, month, day, tzinfo=UTC) + past - _offset(found["zone"] or "")


def _offset(zone: str) -> timedelta:
    if zone[:1] not in {"+", "-"}:
        return timedelta()
    digits = zone[1:].replace(":", "").zfill(4)
    offset = timedelta(hours=int(digits[:-2]), minutes=int(digits[-2:]))
    return -offset if zone[0] == "-" else offset
