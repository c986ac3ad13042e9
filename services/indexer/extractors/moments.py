"""Times as files write them, turned into RFC 3339 in UTC; without a zone they are taken as UTC."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from services.indexer.extractors.facts import Moment

EARLIEST_YEAR, LATEST_YEAR = 1000, 2200
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:$|[T ]\d\d:)")
TEMPORAL_NAME = re.compile(
    r"(?:[a-z]+[_ .-])?(?:date|datetime|time|timestamp|day)(?:[_ .-](?:utc|gmt|time|start))?"
)
MAX_LENGTH = 40


def rfc3339(moment: datetime) -> str:
    """`1999-06-30T00:00:00Z`."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime | None:
    """The instant that a whole date or date and time in ISO 8601 says; None for anything else."""
    text = text.strip()
    if len(text) > MAX_LENGTH or not ISO_DAY.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return in_range(aware.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def in_range(moment: datetime) -> datetime | None:
    """The moment, unless it is a filler such as year 1 or 9999."""
    return moment if EARLIEST_YEAR <= moment.year <= LATEST_YEAR else None


def is_temporal_name(name: str) -> bool:
    """Whether a column called so is likely to say when."""
    return len(name) <= MAX_LENGTH and TEMPORAL_NAME.fullmatch(name.lower()) is not None


def moment_of(times: Iterable[datetime], source: str) -> Moment | None:
    """From the first to the last of them."""
    ordered = sorted(times)
    if not ordered:
        return None
    start, end = rfc3339(ordered[0]), rfc3339(ordered[-1])
    return Moment(start, "" if end == start else end, source)


def span_in_words(moment: Moment) -> str:
    """`1958-03-29 to 2001-12-29`, with where it was read."""
    days = dict.fromkeys((moment.start[:10], moment.end[:10] or moment.start[:10]))
    return f"{' to '.join(days)} {moment.source}".strip()
