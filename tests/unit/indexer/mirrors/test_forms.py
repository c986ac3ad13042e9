"""A column is as wide as what it holds, and no wider."""

from functools import reduce
from typing import Any

import pytest

from services.indexer.mirrors.forms import (
    MOST_LEVELS,
    Form,
    Listed,
    Plain,
    Record,
    fitted,
    leaves,
    settled,
    widened,
)


def form_of(*values: Any) -> Form:
    nothing: Form = Plain.NOTHING
    return settled(reduce(widened, values, nothing))


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ((1, None, 2), Plain.WHOLE),
        ((1, 2.5), Plain.NUMBER),
        ((2.5, 1), Plain.NUMBER),
        ((2**63,), Plain.NUMBER),
        (("a", None), Plain.TEXT),
        ((True, False), Plain.TRUTH),
        ((True, 1), Plain.ANY),
        ((1, "a"), Plain.ANY),
        (({}, None), Plain.ANY),
        (([1], {"a": 1}), Plain.ANY),
        ((None,), Plain.NOTHING),
    ],
)
def test_of_values(values: tuple[Any, ...], form: Plain) -> None:
    assert form_of(*values) is form


def test_objects_have_all_members_that_any_has_a_value_of() -> None:
    form = form_of({"a": 1}, {"b": {"c": None}}, {"a": 2.5, "b": {"d": "x"}, "e": None})
    assert isinstance(form, Record)
    inner = form.members["b"]
    assert isinstance(inner, Record)
    assert (set(form.members), set(inner.members)) == ({"a", "b"}, {"d"})
    assert form.members["a"] is Plain.NUMBER
    assert leaves(form) == 2
    assert fitted(form, {"a": 1}) == {"a": 1.0, "b": None}


def test_lists_are_of_one_form() -> None:
    numbers, mixed, empty = form_of([1], [2.5, None]), form_of([1, "a"]), form_of([])
    forms = [one.of for one in (numbers, mixed, empty) if isinstance(one, Listed)]
    assert forms == [Plain.NUMBER, Plain.ANY, Plain.TEXT]
    assert fitted(mixed, [1, "a", None]) == ["1", '"a"', None]


def test_what_is_nested_deeply_is_kept_as_text() -> None:
    value: Any = "deep"
    for _ in range(2 * MOST_LEVELS):
        value = [value]
    found = fitted(form_of(value), value)
    for _ in range(MOST_LEVELS):
        assert isinstance(found, list)
        found = found[0]
    assert found == "[" * MOST_LEVELS + '"deep"' + "]" * MOST_LEVELS
