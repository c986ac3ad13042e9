"""When an item's data is from: what the file says, else its name, else the time of its upload.

A name is believed only where it cannot well mean anything else: a whole date, a year and a month
with something between them, or a year that stands alone. Names of satellites' products and the
folders of Hive are read too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from services.indexer.extractors.facts import Moment
from services.indexer.extractors.moments import rfc3339

Source = Literal["file", "name", "upload"]

DAY_LONG = timedelta(days=1, seconds=-1)
YEAR, MONTH, DAY = r"((?:1[7-9]|20)\d\d)", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12]\d|3[01])"
CLOCK = r"([01]\d|2[0-3])[-:_]?([0-5]\d)(?:[-:_]?([0-5]\d))?"
EXACT = re.compile(
    rf"(?<![0-9]){YEAR}([-_.]?){MONTH}\2{DAY}(?:[T_t-]{CLOCK}(?:\.\d{{1,6}})?[Zz]?)?(?![0-9])"
)
ORDINAL = re.compile(rf"(?<![A-Za-z0-9])A{YEAR}(\d{{3}})(?![0-9])")
MONTHLY = re.compile(rf"(?<![0-9]){YEAR}[-_]{MONTH}(?![0-9]|[-_]\d)")
YEARLY = re.compile(rf"(?<![A-Za-z0-9]){YEAR}(?![A-Za-z0-9]|[-_.]\d)")
YEARS = re.compile(rf"(?<![A-Za-z0-9]){YEAR}[-_]{YEAR}(?![A-Za-z0-9])")
FOLDERS = re.compile(
    rf"(?:^|/)(?:year=)?{YEAR}/(?:month=)?(0?[1-9]|1[0-2])/(?:day=)?(0?[1-9]|[12]\d|3[01])/"
)
# Two dates are a span where this stands between them. An underscore is enough between two clock
# times (Sentinel-1), not between bare dates: Landsat's second date is that of its processing.
BETWEEN_DAYS = re.compile(r"-|--|[-_.]to[-_.]")
BETWEEN_TIMES = re.compile(r"[-_.]{1,2}|[-_.]to[-_.]")


@dataclass(frozen=True, slots=True)
class When:
    """RFC 3339 in UTC; `end` is empty for an instant."""

    start: str
    end: str
    source: Source


def when_of(moment: Moment | None, key: str, uploaded: datetime) -> When:
    """The time of an item, and how it is known."""
    if moment is not None:
        return When(moment.start, moment.end, "file")
    named = time_in_name(key, latest=uploaded)
    if named is not None:
        start, end = named
        return When(rfc3339(start), rfc3339(end) if end > start else "", "name")
    return When(rfc3339(uploaded), "", "upload")


def time_in_name(key: str, *, latest: datetime) -> tuple[datetime, datetime] | None:
    """First and last instant that a key tells; None where it tells none before `latest`."""
    name = key.rpartition("/")[2]
    readers = (
        (_exact, name), (_ordinal, name), (_monthly, name), (_years, name), (_yearly, name),
        (_folders, key),
    )  # fmt: skip
    for read, text in readers:
        found = read(text)
        if found is not None:
            return found if found[0] <= latest + timedelta(days=1) else None
    return None


def _exact(name: str) -> tuple[datetime, datetime] | None:
    dates = [(match, start) for match in EXACT.finditer(name) for start in _instant(match)]
    if not dates:
        return None
    first, start = dates[0]
    if len(dates) > 1 and start < dates[1][1]:
        second, end = dates[1]
        has_clocks = first[5] is not None and second[5] is not None
        between = BETWEEN_TIMES if has_clocks else BETWEEN_DAYS
        if between.fullmatch(name[first.end() : second.start()]):
            return start, end if has_clocks else end + DAY_LONG
    return start, start


def _instant(match: re.Match[str]) -> Iterator[datetime]:
    """The match as a time, unless there is no such day."""
    year, _, month, day, hour, minute, second = match.groups()
    try:
        yield datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        return


def _folders(key: str) -> tuple[datetime, datetime] | None:
    """`2020/06/15/` and `year=2020/month=6/day=15/`."""
    match = FOLDERS.search(key)
    if match is None:
        return None
    try:
        start = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:
        return None
    return start, start


def _ordinal(name: str) -> tuple[datetime, datetime] | None:
    """MODIS and VIIRS: `A2020123` is day 123 of 2020."""
    match = ORDINAL.search(name)
    if match is None or not 1 <= int(match[2]) <= 366:
        return None
    start = datetime(int(match[1]), 1, 1, tzinfo=UTC) + timedelta(days=int(match[2]) - 1)
    return start, start


def _monthly(name: str) -> tuple[datetime, datetime] | None:
    match = MONTHLY.search(name)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return datetime(year, month, 1, tzinfo=UTC), following - timedelta(seconds=1)


def _years(name: str) -> tuple[datetime, datetime] | None:
    match = YEARS.search(name)
    if match is None or int(match[1]) >= int(match[2]):
        return None
    return _span(int(match[1]), int(match[2]))


def _yearly(name: str) -> tuple[datetime, datetime] | None:
    match = YEARLY.search(name)
    return _span(int(match[1]), int(match[1])) if match else None


def _span(first: int, last: int) -> tuple[datetime, datetime]:
    end = datetime(last + 1, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    return datetime(first, 1, 1, tzinfo=UTC), end
