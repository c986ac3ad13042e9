"""When an item is, compared to a moment or an interval: what OGC 21-065r2 §7.4 says of two ends."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.indexer.stac.cql2.comparisons import Arguments, Condition, related, two
from services.indexer.stac.cql2.values import Item, moment_of, value_of
from shared.fields import invalid

Ends = tuple[datetime, datetime]
Span = Callable[[Item], Ends | None]

EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
REST_OF_DAY = timedelta(days=1) - timedelta(microseconds=1)
OPEN = ("..", "")

RELATIONS: Mapping[str, Callable[[Ends, Ends], bool]] = {
    "t_after": lambda a, b: a[0] > b[1],
    "t_before": lambda a, b: a[1] < b[0],
    "t_contains": lambda a, b: a[0] < b[0] and a[1] > b[1],
    "t_disjoint": lambda a, b: a[1] < b[0] or a[0] > b[1],
    "t_during": lambda a, b: a[0] > b[0] and a[1] < b[1],
    "t_equals": lambda a, b: a == b,
    "t_finishedby": lambda a, b: a[0] < b[0] and a[1] == b[1],
    "t_finishes": lambda a, b: a[0] > b[0] and a[1] == b[1],
    "t_intersects": lambda a, b: a[0] <= b[1] and a[1] >= b[0],
    "t_meets": lambda a, b: a[1] == b[0],
    "t_metby": lambda a, b: a[0] == b[1],
    "t_overlappedby": lambda a, b: b[0] < a[0] < b[1] < a[1],
    "t_overlaps": lambda a, b: a[0] < b[0] < a[1] < b[1],
    "t_startedby": lambda a, b: a[0] == b[0] and a[1] > b[1],
    "t_starts": lambda a, b: a[0] == b[0] and a[1] < b[1],
}


def temporal(name: str, arguments: Arguments) -> Condition:
    """`datetime` stands for the whole time of an item, from its start to its end."""
    first, second = two(arguments, name)
    return related(_span(first), _span(second), RELATIONS[name])


def _span(node: Any) -> Span:  # noqa: ANN401 (whatever was sent)
    if isinstance(node, dict) and isinstance(name := node.get("property"), str):
        return lambda item: _time_of(item, name)
    if isinstance(node, dict) and isinstance(node.get("interval"), list):
        ends = _interval(node["interval"])
    else:
        ends = _ends(node)
    return lambda _: ends


def _time_of(item: Item, name: str) -> Ends | None:
    if name.removeprefix("properties.") == "datetime":
        first = value_of(item, "start_datetime") or value_of(item, "datetime")
        last = value_of(item, "end_datetime") or value_of(item, "datetime")
    else:
        said = value_of(item, name)
        first = last = said if isinstance(said, datetime) else moment_of(said)
    return (first, last) if first and last else None


def _interval(said: list[Any]) -> Ends:
    if len(said) != 2:
        raise invalid("filter", "must have two ends in an interval")
    start = EVER[0] if said[0] in OPEN else _ends(said[0])[0]
    end = EVER[1] if said[1] in OPEN else _ends(said[1])[1]
    if start > end:
        raise invalid("filter", "has an interval that ends before it starts")
    return start, end


def _ends(node: Any) -> Ends:  # noqa: ANN401 (whatever was sent)
    """Of a moment, or of a day: an object that says which, or a text."""
    said = node.get("date", node.get("timestamp")) if isinstance(node, dict) else node
    moment = moment_of(said)
    if moment is None:
        raise invalid("filter", "must compare times with a timestamp, a date or an interval")
    is_day = len(str(said)) == len("2026-11-28")
    return moment, moment + REST_OF_DAY if is_day and moment.date() < EVER[1].date() else moment
