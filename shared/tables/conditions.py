"""What must hold of an item for an action on it to happen, and whether it does.

The meaning is DynamoDB's: an attribute that is missing equals nothing and is below nothing, and a
number is never equal to a bool or a string.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such item."""


@dataclass(frozen=True, slots=True)
class Present:
    """There is such an item."""


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute is there and has this value (deep for lists and dicts)."""

    attr: str
    value: Any


@dataclass(frozen=True, slots=True)
class Below:
    """The attribute is there, of the same kind (number or string), and less than this value."""

    attr: str
    value: str | int | float


@dataclass(frozen=True, slots=True, init=False)
class AnyOf:
    """At least one of these holds."""

    conditions: "tuple[Condition, ...]"

    def __init__(self, *conditions: "Condition") -> None:
        if not conditions:
            raise ValueError("AnyOf needs a condition")
        object.__setattr__(self, "conditions", conditions)


@dataclass(frozen=True, slots=True, init=False)
class AllOf:
    """Each of these holds."""

    conditions: "tuple[Condition, ...]"

    def __init__(self, *conditions: "Condition") -> None:
        if not conditions:
            raise ValueError("AllOf needs a condition")
        object.__setattr__(self, "conditions", conditions)


Condition = Absent | Present | Equals | Below | AnyOf | AllOf
MISSING = object()


def holds(condition: Condition, item: dict[str, Any] | None) -> bool:
    """Whether the condition is true of the item, or of there being none."""
    match condition:
        case Absent():
            return item is None
        case Present():
            return item is not None
        case Equals(attr, value):
            return item is not None and is_same(item.get(attr, MISSING), value)
        case Below(attr, value):
            return item is not None and is_below(item.get(attr, MISSING), value)
        case AnyOf(conditions):
            return any(holds(one, item) for one in conditions)
        case AllOf(conditions):
            return all(holds(one, item) for one in conditions)


def kind(value: object) -> type:
    """The DynamoDB type of a value, as the Python type that stands for it."""
    for one in (bool, str, int, float, dict, list, tuple):
        if isinstance(value, one):
            return {float: int, tuple: list}.get(one, one)
    return type(value)


def is_same(one: object, other: object) -> bool:
    """Deep equality that keeps numbers and bools apart, which Python's does not."""
    if kind(one) is not kind(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def is_below(one: object, other: object) -> bool:
    """Strings by code point, which is their UTF-8 byte order; numbers by size."""
    if isinstance(one, str) and isinstance(other, str):
        return one < other
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    return isinstance(one, int | float) and isinstance(other, int | float) and one < other
