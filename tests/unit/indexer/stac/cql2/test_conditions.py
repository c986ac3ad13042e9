"""Conditions of CQL2: what holds, what cannot be told, and what is refused."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from services.indexer.settings import SearchSettings
from services.indexer.stac.cql2.conditions import OPERATORS, condition_of
from shared.errors import Invalid
from tests.effort import costing

LIMITS = SearchSettings()
ITEM: dict[str, Any] = {
    "id": "a-1",
    "collection": "noaa--mask",
    "geometry": {"type": "Point", "coordinates": [7.5, 47.5]},
    "properties": {
        "datetime": None,
        "start_datetime": "2000-01-01T00:00:00Z",
        "end_datetime": "2001-01-01T00:00:00.5Z",
        "title": "Küste 100%\nzwei",
        "gsd": 10,
        "cloud": 0.5,
        "is_new": True,
        "nothing": None,
        "a": {"b.c": 1, "d": {"e": "deep"}},
        "x.y": "dotted",
    },
}


def p(name: str) -> dict[str, str]:
    return {"property": name}


def op(name: str, *arguments: Any) -> dict[str, Any]:
    return {"op": name, "args": list(arguments)}


def said(expression: Any, item: dict[str, Any] = ITEM) -> bool | None:
    return condition_of(expression, LIMITS)(item)


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        (True, True),
        (False, False),
        (op("=", p("id"), "a-1"), True),
        (op("=", "a-1", p("id")), True),
        (op("=", p("properties.gsd"), 10), True),
        (op("=", p("gsd"), 10.0), True),
        (op("=", p("gsd"), "10"), True),
        (op("<", "9", p("gsd")), True),
        (op("=", p("gsd"), "ten"), None),
        (op("=", p("gsd"), True), None),
        (op("<>", p("gsd"), 10), False),
        (op("<>", p("none"), 10), None),
        (op("=", p("nothing"), 10), None),
        (op("=", p("is_new"), True), True),
        (op("=", p("title"), 1), None),
        (op("=", p("x.y"), "dotted"), True),
        (op("=", p("a.d.e"), "deep"), True),
        (op("=", p("gsd"), p("cloud")), False),
        (op(">", p("gsd"), p("cloud")), True),
        (op(">=", p("datetime"), "2000-01-01T01:00:00+01:00"), True),
        (op("<", p("datetime"), {"timestamp": "2000-01-01T00:00:00.001Z"}), True),
        (op("=", p("datetime"), {"date": "2000-01-01"}), True),
        (op("<", p("end_datetime"), "2001-01-01T00:00:01Z"), True),
        (op("<", p("datetime"), "yesterday"), None),
        (op("between", p("gsd"), 10, 11), True),
        (op("between", p("gsd"), [9, 10]), True),
        (op("between", p("gsd"), 11, 12), False),
        (op("between", p("none"), 11, 12), None),
        (op("in", p("id"), ["b", "a-1"]), True),
        (op("in", p("id"), ["b"]), False),
        (op("in", p("none"), ["b"]), None),
        (op("in", p("id"), []), False),
        (op("isNull", p("none")), True),
        (op("isNull", p("nothing")), True),
        (op("isNull", p("gsd")), False),
        (op("like", p("title"), "%100\\%%zwei"), True),
        (op("like", p("title"), "K_ste%"), True),
        (op("like", p("title"), "k_ste%"), False),
        (op("like", op("casei", p("title")), op("casei", "KÜSTE%")), True),
        (op("like", op("accenti", p("title")), "Kuste%"), True),
        (op("like", p("id"), "a-1"), True),
        (op("like", p("id"), "a-"), False),
        (op("like", p("id"), "%%"), True),
        (op("like", p("id"), "a.1"), False),
        (op("like", p("id"), "%-1%1"), False),
        (op("like", p("gsd"), "1%"), None),
        (op("not", op("=", p("none"), 1)), None),
        (op("not", op("isNull", p("none"))), False),
        (op("and", True, op("=", p("none"), 1)), None),
        (op("and", op("=", p("none"), 1), False), False),
        (op("or", op("=", p("none"), 1), True), True),
        (op("or", op("=", p("none"), 1), False), None),
        (op("or", False, False), False),
        (p("is_new"), True),
        (p("gsd"), None),
    ],
)
def test_what_holds(expression: Any, holds: bool | None) -> None:
    assert said(expression) is holds


@pytest.mark.parametrize(
    "expression",
    [
        {},
        7,
        "a",
        [],
        None,
        {"op": "="},
        {"op": ["="], "args": []},
        {"op": "=", "args": {}},
        {"op": "drop", "args": []},
        {"property": 7},
        op("="),
        op("=", 1),
        op("=", 1, 2, 3),
        op("=", p("a"), None),
        op("=", p("a"), [1]),
        op("=", p("a"), {"property": 7}),
        op("=", p("a"), {"timestamp": "soon"}),
        op("=", p("a"), {"date": 7}),
        op("=", op("casei", 1, 2), "a"),
        op("=", op("+", 1, 2), 3),
        op("=", {"op": []}, 3),
        op("=", {"op": "casei"}, 3),
        op("and"),
        op("or"),
        op("not"),
        op("not", True, True),
        op("not", 1),
        op("in", p("a"), "b"),
        op("in", p("a")),
        op("in", p("a"), [[1]]),
        op("between", p("a"), 1),
        op("isNull"),
        op("isNull", []),
        op("like", p("a"), 7),
        op("like", p("a"), p("b")),
    ],
)
def test_what_is_no_condition(expression: Any) -> None:
    with pytest.raises(Invalid) as refused:
        said(expression)
    assert [one["field"] for one in refused.value.errors] == ["filter"]


def test_what_is_too_deep_or_too_long() -> None:
    deep: Any = True
    for _ in range(LIMITS.max_filter_depth - 1):
        deep = op("not", deep)
    assert said(deep) is False
    for _ in range(5_000):
        deep = op("not", deep)
    with pytest.raises(Invalid, match="deeper than 64"):
        said(deep)
    with pytest.raises(Invalid, match=r"more than 2,000"):
        said(op("in", p("id"), ["a"] * 2_000))


def test_a_pattern_cannot_be_made_slow() -> None:
    pattern = "%a" * 400 + "%b"
    title = {"properties": {"title": "a" * 20_000}}
    with costing():
        assert said(op("like", p("title"), pattern), title) is False


NAMES = ["x", "y", "z"]
NUMBERS = st.integers(-2, 2)
LETTERS = st.text("ab%_\\", max_size=4)
SCALARS = NUMBERS | LETTERS | st.booleans()
PATTERNS = st.text("ab%_", max_size=4)
ITEMS = st.dictionaries(st.sampled_from(NAMES), SCALARS | st.none())
FIELDS = st.sampled_from(NAMES).map(p)
LEAVES = (
    st.builds(op, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), FIELDS, SCALARS | FIELDS)
    | st.builds(op, st.just("between"), FIELDS, NUMBERS, NUMBERS)
    | st.builds(op, st.just("in"), FIELDS, st.lists(SCALARS, max_size=3))
    | st.builds(op, st.just("like"), FIELDS, PATTERNS)
    | st.builds(op, st.just("isNull"), FIELDS)
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(op, st.just("not"), inner)
        | st.builds(lambda parts: op("and", *parts), st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: op("or", *parts), st.lists(inner, min_size=1, max_size=3))
    ),
    max_leaves=6,
)


def fits(text: str, pattern: str) -> bool:
    """The plain way, which tries everything."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return fits(text, pattern[1:]) or (bool(text) and fits(text[1:], pattern))
    return bool(text) and pattern[0] in {"_", text[0]} and fits(text[1:], pattern[1:])


def told(node: Any, item: dict[str, Any]) -> Any:
    return item.get(node["property"]) if isinstance(node, dict) else node


def compared(name: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    for one, other in ((left, right), (right, left)):
        if type(one) is int and isinstance(other, str):
            return None
    if type(left) is not type(right):
        return None
    return {
        "=": left == right,
        "<>": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[name]


def brute(node: dict[str, Any], item: dict[str, Any]) -> bool | None:  # noqa: PLR0911
    """What OGC 21-065r2 says, by truth tables."""
    name, arguments = node["op"], node["args"]
    if name in {"and", "or", "not"}:
        truths = [brute(one, item) for one in arguments]
        if name == "not":
            return {True: False, False: True, None: None}[truths[0]]
        decisive = name == "or"
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive
    first = told(arguments[0], item)
    if name == "isNull":
        return first is None
    if name == "like":
        return fits(first, arguments[1]) if isinstance(first, str) else None
    if name == "in":
        parts = [compared("=", first, one) for one in arguments[1]]
        return True if True in parts else None if None in parts else False
    if name == "between":
        low, high = compared(">=", first, arguments[1]), compared("<=", first, arguments[2])
        return False if False in {low, high} else None if None in {low, high} else True
    return compared(name, first, told(arguments[1], item))


@seed(20261128)
@settings(max_examples=400, deadline=None)
@given(EXPRESSIONS, ITEMS)
def test_it_is_what_the_truth_tables_say(expression: dict[str, Any], item: dict[str, Any]) -> None:
    assert said(expression, {"properties": item}) is brute(expression, item)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["op", "args", "property", "date"]), inner, max_size=3)
        | st.builds(op, st.sampled_from(sorted(OPERATORS)), inner, inner)
    ),
    max_leaves=8,
)


@seed(20261128)
@settings(max_examples=1_000, deadline=None)
@given(JSON)
def test_whatever_is_sent_is_a_condition_or_refused(expression: Any) -> None:
    with suppress(Invalid):
        assert said(expression) in {True, False, None}
