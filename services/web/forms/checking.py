"""From fields to a checked form, or to an error at each field that says how to mend it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from services.web.forms.faults import Fault
from shared.errors import FieldError, Problem

Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Filled:
    """A form on a page: what is in its fields, what is wrong at which, what is wrong with all.

    `drawn`: the label and id of each field, once its page is drawn.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    drawn: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        """Whether something has to be mended."""
        return bool(self.errors or self.message)

    def fault_at(self, name: str, label: str, field_id: str = "") -> str:
        """What is wrong at a field as it is drawn, or without a name with the form as a whole."""
        self.drawn[name] = (label, field_id or name)
        return self.errors.get(name, "") if name else self.message

    @property
    def faults(self) -> list[Fault]:
        """What stands at no field that was drawn, then the others in the order of the page."""
        said = {**self.errors, **({"": self.message} if self.message else {})}
        apart = [Fault(one) for name, one in said.items() if name not in self.drawn]
        drawn = self.drawn.items()
        return apart + [Fault(said[name], *place) for name, place in drawn if name in said]


def check(model: type[Model], fields: Mapping[str, str]) -> tuple[Model | None, Filled]:
    """The form, or None and what is wrong with it."""
    filled = Filled({name: value for name, value in fields.items() if name != "csrf_token"})
    try:
        return model.model_validate(dict(fields)), filled
    except ValidationError as error:
        for one in error.errors(include_url=False):
            filled.errors.setdefault(str(one["loc"][0]) if one["loc"] else "", _words(one))
    return None, filled


def refused(filled: Filled, problem: Problem, known: Iterable[str]) -> Filled:
    """The form with what its owner said: at the field where it names one of ours, else above."""
    known = set(known)
    for one in problem.errors:
        place = next((step for step in one["field"].split(".") if step in known), None)
        if place is not None:
            filled.errors.setdefault(place, sentence(one))
    if not filled.errors:
        filled.message = problem.detail
    return filled


def sentence(error: FieldError) -> str:
    """`is reserved; choose another` becomes `It is reserved; choose another.`"""
    return _finished(error["message"])


def _words(error: ErrorDetails) -> str:
    limits = error.get("ctx", {})
    match error["type"]:
        case "missing" | "string_too_short":
            return "Fill this in."
        case "string_too_long":
            return f"Use at most {limits['max_length']} characters."
        case "too_long":
            return f"Use at most {limits['max_length']}."
        case "date_from_datetime_parsing" | "date_parsing" | "date_from_datetime_inexact":
            return "Write the date as 2024-05-31."
        case "enum" | "literal_error":
            return "Choose one of these."
        case _:
            return _finished(error["msg"].removeprefix("Value error, "))


def _finished(text: str) -> str:
    """A predicate gets its subject, and every sentence its full stop."""
    if text[:1].islower():
        text = f"It {text}"
    return text if text.endswith((".", "!", "?")) else f"{text}."
