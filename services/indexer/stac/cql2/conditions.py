"""An expression made into one condition: what there is, how deep it may be, and how long."""

from collections.abc import Callable, Mapping
from functools import partial

from services.indexer.settings import SearchSettings
from services.indexer.stac.cql2 import arrays, spatial, temporal
from services.indexer.stac.cql2.comparisons import (
    ORDERS,
    Arguments,
    Condition,
    between,
    both,
    comparison,
    either,
    is_null,
    like,
    negated,
    one_of,
)
from services.indexer.stac.cql2.values import operand
from shared.fields import invalid


def condition_of(expression: object, limits: SearchSettings) -> Condition:
    """What an item must meet. Raises Invalid."""
    _measure(expression, limits)
    return _condition(expression)


def _measure(expression: object, limits: SearchSettings) -> None:
    """Before anything goes down into it."""
    level, terms, depth = [expression], 0, 0
    while level:
        terms, depth = terms + len(level), depth + 1
        if depth > 2 * limits.max_filter_depth:
            raise invalid("filter", f"is nested deeper than {limits.max_filter_depth} levels")
        if terms > limits.max_filter_terms:
            raise invalid("filter", f"has more than {limits.max_filter_terms:,} terms")
        level = [part for node in level for part in _parts(node)]


def _parts(node: object) -> list[object]:
    """A shape counts as one: how large it may be is said where it is read."""
    if isinstance(node, dict) and "coordinates" not in node and "geometries" not in node:
        return list(node.values())
    return node if isinstance(node, list) else []


def _condition(node: object) -> Condition:
    if isinstance(node, bool):
        return lambda _: node
    if not isinstance(node, dict):
        raise invalid("filter", "must be a condition, where it has a value")
    if "property" in node:
        truth = operand(node)
        return lambda item: said if isinstance(said := truth(item), bool) else None
    name, arguments = node.get("op"), node.get("args")
    if not isinstance(name, str) or not isinstance(arguments, list):
        raise invalid("filter", "must be an object with op and a list of args (CQL2 JSON)")
    if name not in OPERATORS:
        raise invalid("filter", f"has an operator that is not offered: {name[:40]}")
    return OPERATORS[name](arguments)


def _all(arguments: Arguments) -> Condition:
    return both(_some(arguments, "and"))


def _any(arguments: Arguments) -> Condition:
    return either(_some(arguments, "or"))


def _not(arguments: Arguments) -> Condition:
    if len(arguments) != 1:
        raise invalid("filter", "must give one argument to not")
    return negated(_condition(arguments[0]))


def _some(arguments: Arguments, name: str) -> list[Condition]:
    if not arguments:
        raise invalid("filter", f"must give arguments to {name}")
    return [_condition(one) for one in arguments]


OPERATORS: Mapping[str, Callable[[Arguments], Condition]] = {
    "and": _all,
    "or": _any,
    "not": _not,
    "between": between,
    "in": one_of,
    "like": like,
    "isNull": is_null,
    **{name: partial(comparison, name) for name in ORDERS},
    **{name: partial(spatial.spatial, name) for name in spatial.RELATIONS},
    **{name: partial(temporal.temporal, name) for name in temporal.RELATIONS},
    **{name: partial(arrays.of_lists, name) for name in arrays.RELATIONS},
}
