"""Lists that an item has, compared as sets: a_contains, a_containedby, a_equals, a_overlaps."""

from collections.abc import Callable, Mapping
from operator import eq, ge, le
from typing import Any

from services.indexer.stac.cql2.comparisons import Arguments, Condition, related, two
from services.indexer.stac.cql2.values import Item, value_of
from shared.fields import invalid

Members = frozenset[tuple[bool, Any]]
Listed = Callable[[Item], Members | None]

RELATIONS: Mapping[str, Callable[[Members, Members], bool]] = {
    "a_contains": ge,
    "a_containedby": le,
    "a_equals": eq,
    "a_overlaps": lambda one, other: not one.isdisjoint(other),
}


def of_lists(name: str, arguments: Arguments) -> Condition:
    """Nothing can be told of what is no list of texts, numbers and truth values."""
    first, second = two(arguments, name)
    return related(_listed(first), _listed(second), RELATIONS[name])


def _listed(node: Any) -> Listed:  # noqa: ANN401 (whatever was sent)
    if isinstance(node, dict) and isinstance(name := node.get("property"), str):
        return lambda item: _members(value_of(item, name))
    members = _members(node)
    if members is None:
        raise invalid("filter", "must compare lists with a list of texts, numbers or truth values")
    return lambda _: members


def _members(value: object) -> Members | None:
    """Each with its being a truth value or not: for Python 1 is True."""
    if not isinstance(value, list):
        return None
    if not all(isinstance(one, str | bool | int | float) for one in value):
        return None
    return frozenset((isinstance(one, bool), one) for one in value)
