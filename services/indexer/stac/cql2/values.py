"""What an item says under a name, and what can be compared to what."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.fields import invalid

Item = Mapping[str, Any]
Value = Callable[[Item], Any]

WHOLE = ("id", "collection", "geometry", "bbox")
MOMENTS = frozenset({"datetime", "start_datetime", "end_datetime", "created", "updated"})
LITERALS = ("timestamp", "date")
Pair = tuple[Any, Any]


def value_of(item: Item, name: str) -> Any:  # noqa: ANN401 (whatever JSON has)
    """Under `id`, `title`, `properties.title`, `processing:software.coop-indexer`; or None.

    Times are datetimes. The datetime of an item that has an interval is its start.
    """
    name = name.removeprefix("properties.")
    if name in WHOLE:
        return item.get(name)
    properties = item["properties"]
    if name in MOMENTS:
        said = properties.get(name)
        if said is None and name == "datetime":
            said = properties.get("start_datetime")
        return moment_of(said)
    return properties[name] if name in properties else _within(properties, name)


def _within(said: Any, name: str) -> Any:  # noqa: ANN401 (whatever JSON has)
    for part in name.split("."):
        said = said.get(part) if isinstance(said, Mapping) else None
    return said


def moment_of(said: object) -> datetime | None:
    """The moment that a text is, in UTC where it names no zone; None if it is none."""
    try:
        moment = datetime.fromisoformat(said.upper()) if isinstance(said, str) else None
        if moment is None or moment.tzinfo is None:
            return moment and moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def operand(node: object) -> Value:
    """The function that gives what a node stands for, of an item. Raises Invalid."""
    if isinstance(node, str | bool | int | float):
        return lambda _: node
    if isinstance(node, dict):
        if isinstance(name := node.get("property"), str):
            return lambda item: value_of(item, name)
        if isinstance(op := node.get("op"), str) and op in TEXTS:
            return _text(op, node.get("args"))
        for kind in LITERALS:
            if kind in node:
                return _constant_moment(node[kind])
    raise invalid("filter", "has an operand that is no property, text, number, time or truth value")


def _constant_moment(said: object) -> Value:
    moment = moment_of(said)
    if moment is None:
        raise invalid("filter", "has a date or timestamp that is none (RFC 3339)")
    return lambda _: moment


def _unaccented(text: str) -> str:
    """Without its marks: `é` is `e`."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(one for one in apart if not unicodedata.combining(one))


TEXTS: Mapping[str, Callable[[str], str]] = {"casei": str.casefold, "accenti": _unaccented}


def _text(name: str, arguments: object) -> Value:
    """Of a text without regard to case, or to accents."""
    if not isinstance(arguments, list) or len(arguments) != 1:
        raise invalid("filter", f"must give one argument to {name}")
    inner, change = operand(arguments[0]), TEXTS[name]

    def changed(item: Item) -> str | None:
        value = inner(item)
        return change(value) if isinstance(value, str) else None

    return changed


def pair_of(left: object, right: object) -> Pair | None:
    """Both as they can be compared; None where they are of different kinds, or one is not said.

    A text beside a number or a time is read as one: clients quote what they get from a form.
    """
    if isinstance(left, str) and not isinstance(right, str):
        left = _read_as(right, left)
    elif isinstance(right, str) and not isinstance(left, str):
        right = _read_as(left, right)
    return (left, right) if _kind(left) is not None and _kind(left) == _kind(right) else None


def _read_as(model: object, text: str) -> object:
    if isinstance(model, datetime):
        return moment_of(text)
    if _kind(model) is float:
        try:
            return float(text)
        except ValueError:
            return None
    return None


def _kind(value: object) -> type | None:
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return float
    return next((kind for kind in (str, datetime) if isinstance(value, kind)), None)
