"""Comparisons of what an item says: =, <>, <, <=, >, >=, between, in, like, is null."""

import re
from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeVar

from services.indexer.stac.cql2.values import Item, operand, pair_of
from shared.fields import invalid

Condition = Callable[[Item], bool | None]
Arguments = list[Any]
Side = TypeVar("Side")

ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
WILD = re.compile(r"\\.|%|_|[^\\%_]+|\\", re.DOTALL)


def two(arguments: Arguments, name: str) -> tuple[Any, Any]:
    """The arguments where there must be two. Raises Invalid."""
    if len(arguments) != 2:
        raise invalid("filter", f"must give two arguments to {name}")
    return arguments[0], arguments[1]


def related(
    left: Callable[[Item], Side | None],
    right: Callable[[Item], Side | None],
    holds: Callable[[Side, Side], bool],
) -> Condition:
    """Whether a relation holds of what two sides are for an item; unknown where one is nothing."""

    def condition(item: Item) -> bool | None:
        one, other = left(item), right(item)
        return None if one is None or other is None else holds(one, other)

    return condition


def comparison(name: str, arguments: Arguments) -> Condition:
    """Of two things of a kind."""
    first, second = two(arguments, name)
    left, right, holds = operand(first), operand(second), ORDERS[name]

    def condition(item: Item) -> bool | None:
        pair = pair_of(left(item), right(item))
        return None if pair is None else holds(*pair)

    return condition


def between(arguments: Arguments) -> Condition:
    """Both ends belong to it; an old draft had them in a list."""
    if len(arguments) == 2 and isinstance(arguments[1], list):
        arguments = [arguments[0], *arguments[1]]
    if len(arguments) != 3:
        raise invalid("filter", "must give three arguments to between")
    low = comparison(">=", [arguments[0], arguments[1]])
    high = comparison("<=", [arguments[0], arguments[2]])
    return both([low, high])


def both(conditions: list[Condition]) -> Condition:
    """All of them: no as soon as one says no."""

    def condition(item: Item) -> bool | None:
        known: bool | None = True
        for one in conditions:
            said = one(item)
            if said is False:
                return False
            known = known if said else None
        return known

    return condition


def negated(condition: Condition) -> Condition:
    """The opposite, where it can be told."""

    def opposite(item: Item) -> bool | None:
        said = condition(item)
        return None if said is None else not said

    return opposite


def either(conditions: list[Condition]) -> Condition:
    """One of them, as De Morgan has it."""
    return negated(both([negated(one) for one in conditions]))


def one_of(arguments: Arguments) -> Condition:
    """`in`: equal to one of a list."""
    first, listed = two(arguments, "in")
    if not isinstance(listed, list):
        raise invalid("filter", "must give a list to in")
    return either([comparison("=", [first, one]) for one in listed])


def is_null(arguments: Arguments) -> Condition:
    """Whether nothing is said."""
    if len(arguments) != 1:
        raise invalid("filter", "must give one argument to isNull")
    value = operand(arguments[0])
    return lambda item: value(item) is None


def like(arguments: Arguments) -> Condition:
    """`%` stands for any text, `_` for one character, `\\` before either for itself."""
    first, second = two(arguments, "like")
    value, pattern = operand(first), operand(second)({"properties": {}})
    if not isinstance(pattern, str):
        raise invalid("filter", "must give a text as the pattern of like")
    expression = re.compile(_expression(pattern), re.DOTALL)

    def condition(item: Item) -> bool | None:
        said = value(item)
        return bool(expression.fullmatch(said)) if isinstance(said, str) else None

    return condition


def _expression(pattern: str) -> str:
    """Each piece between two `%` is taken where it first fits, and never again: no blow-up."""
    pieces = [""]
    for part in WILD.findall(pattern):
        if part == "%":
            pieces.append("")
        else:
            pieces[-1] += _piece(part)
    first, *further = pieces
    if not further:
        return first
    *middle, last = further
    return first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + f".*{last}"


def _piece(part: str) -> str:
    """A character of a pattern, or several, as a regular expression."""
    if part == "_":
        return "."
    return re.escape(part[1:] if part.startswith("\\") and len(part) > 1 else part)
