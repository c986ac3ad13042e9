"""What values of JSON are as a column: found out value by value, wide enough for all of them."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import orjson

# What is nested deeper is kept as text.
MOST_LEVELS = 16
LEAST_WHOLE, MOST_WHOLE = -(2**63), 2**63 - 1


class Plain(Enum):
    """ANY is what fits nothing else: the value as JSON, in a text."""

    NOTHING = auto()
    TRUTH = auto()
    WHOLE = auto()
    NUMBER = auto()
    TEXT = auto()
    MOMENT = auto()
    ANY = auto()


@dataclass(eq=False, slots=True)
class Listed:
    """A list; all of one form."""

    of: "Form" = Plain.NOTHING


@dataclass(eq=False, slots=True)
class Record:
    """An object; each may lack some members."""

    members: "dict[str, Form]" = field(default_factory=dict)


Form = Plain | Listed | Record


def widened(form: Form, value: Any, levels: int = MOST_LEVELS) -> Form:  # noqa: ANN401 (JSON)
    """A form for what had the first, and this value too; the first may be changed for it."""
    if value is None or form is Plain.ANY:
        return form
    if isinstance(value, dict):
        return _as_record(form, value, levels)
    if isinstance(value, list):
        return _as_list(form, value, levels)
    found = _plain(value)
    if form in (Plain.NOTHING, found):
        return found
    return Plain.NUMBER if _are_numbers(form, found) else Plain.ANY


def _plain(value: bool | float | str) -> Plain:
    if isinstance(value, bool):
        return Plain.TRUTH
    if isinstance(value, int):
        return Plain.WHOLE if LEAST_WHOLE <= value <= MOST_WHOLE else Plain.NUMBER
    return Plain.NUMBER if isinstance(value, float) else Plain.TEXT


def _are_numbers(*forms: Form) -> bool:
    return all(one in (Plain.WHOLE, Plain.NUMBER) for one in forms)


def _as_record(form: Form, value: dict[str, Any], levels: int) -> Form:
    record = Record() if form is Plain.NOTHING else form
    if not isinstance(record, Record) or not levels:
        return Plain.ANY
    for name, one in value.items():
        before = record.members.get(name, Plain.NOTHING)
        record.members[name] = widened(before, one, levels - 1)
    return record


def _as_list(form: Form, value: list[Any], levels: int) -> Form:
    listed = Listed() if form is Plain.NOTHING else form
    if not isinstance(listed, Listed) or not levels:
        return Plain.ANY
    for one in value:
        listed.of = widened(listed.of, one, levels - 1)
    return listed


def leaves(form: Form) -> int:
    """How many columns of plain values it takes."""
    if isinstance(form, Record):
        return sum(leaves(one) for one in form.members.values())
    return leaves(form.of) if isinstance(form, Listed) else 1


def settled(form: Form) -> Form:
    """As a table can have it, of which an object without members, or a list of nothing, is none."""
    if isinstance(form, Record):
        known = {name: settled(one) for name, one in form.members.items()}
        members: dict[str, Form] = {
            name: one for name, one in known.items() if one is not Plain.NOTHING
        }
        return Record(members) if members else Plain.ANY
    if isinstance(form, Listed):
        return Listed(Plain.TEXT if form.of is Plain.NOTHING else settled(form.of))
    return form


def fitted(form: Form, value: Any) -> Any:  # noqa: ANN401 (JSON)
    """The value as a settled form has it."""
    if value is None:
        return None
    if form is Plain.ANY:
        return orjson.dumps(value).decode()
    if form is Plain.NUMBER:
        return float(value)
    if isinstance(form, Listed):
        return [fitted(form.of, one) for one in value]
    if isinstance(form, Record):
        return {name: fitted(one, value.get(name)) for name, one in form.members.items()}
    return value
