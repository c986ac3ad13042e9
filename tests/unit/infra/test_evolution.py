"""What counts as a breach of a message's form, and what as growth."""

from datetime import datetime
from typing import Any, Literal

import pytest
from pydantic import BaseModel, create_model

from infra.documents.evolution import breaches
from infra.documents.snapshots import all_breaches


class Person(BaseModel):
    name: str
    age: int = 0


class NamedPerson(BaseModel):
    name: str
    age: int = 0
    title: str


def schema(**fields: Any) -> dict[str, Any]:
    model: type[BaseModel] = create_model("Message", **fields)
    return model.model_json_schema()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"a": (int, ...), "b": (int, 0)}, {"a": (int, ...)}, ["b was removed"]),
        ({"a": (int, ...)}, {"a": (str, ...)}, ["a was integer, is string"]),
        ({"a": (datetime, ...)}, {"a": (str, ...)}, ["a was string (date-time), is string"]),
        ({"a": (int, 0)}, {"a": (int, ...)}, ["a was optional, is required"]),
        ({}, {"a": (int, ...)}, ["a is new and required"]),
        ({"a": (int, ...)}, {"a": (int | None, ...)}, ["a was integer, is integer or null"]),
        (
            {"a": (Literal["x", "y"], "x")},
            {"a": (Literal["x"], "x")},
            ["a was one of x, y, is 'x'"],
        ),
        ({"a": (list[int], [])}, {"a": (list[str], [])}, ["a[] was integer, is string"]),
        ({"a": (dict[str, int], {})}, {"a": (dict[str, str], {})}, ["a.* was integer, is string"]),
        ({"a": (Person, ...)}, {"a": (NamedPerson, ...)}, ["a.title is new and required"]),
        (
            {"a": (list[Person], [])},
            {"a": (list[NamedPerson], [])},
            ["a[].title is new and required"],
        ),
        (
            {"a": (Person | None, None)},
            {"a": (NamedPerson | None, None)},
            ["a.title is new and required"],
        ),
    ],
)
def test_what_breaks(old: dict[str, Any], new: dict[str, Any], said: list[str]) -> None:
    assert breaches(schema(**old), schema(**new)) == said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a": (int, ...)}, {"a": (int, ...), "b": (str, "")}),
        ({"a": (int, ...)}, {"a": (int, 3)}),
        ({}, {"a": (Person | None, None)}),
        ({"a": (Person, ...)}, {"a": (Person, ...), "b": (list[NamedPerson], [])}),
    ],
)
def test_what_grows(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert breaches(schema(**old), schema(**new)) == []


def test_a_message_that_is_gone_is_a_breach_and_a_new_one_is_not() -> None:
    known = {"request": schema(), "reply": schema()}
    assert all_breaches({"coop.rpc.x.y.json": known}, {}) == ["coop.rpc.x.y is gone"]
    assert all_breaches({}, {"coop.rpc.x.y.json": known}) == []
    other = known | {"reply": schema(a=(int, ...))}
    assert all_breaches({"x.json": known}, {"x.json": other}) == ["x, reply: a is new and required"]
