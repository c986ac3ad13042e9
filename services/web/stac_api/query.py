"""The query extension, `{"eo:cloud_cover": {"lt": 10}}`, said in CQL2."""

import re
from collections.abc import Callable
from typing import Any

Expression = dict[str, Any]

MOST_VALUES, LONGEST_NAME, LONGEST_TEXT = 250, 256, 1024
ORDERS = {"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
PATTERNS: dict[str, Callable[[str], str]] = {
    "startsWith": lambda text: f"{text}%",
    "endsWith": lambda text: f"%{text}",
    "contains": lambda text: f"%{text}%",
}
OFFERED = ", ".join([*ORDERS, *PATTERNS, "in"])
WILD = re.compile(r"[\\%_]")


def condition_of(value: object) -> Expression | None:
    """All that is said must hold; None where nothing is said. ValueError says what is wrong."""
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise ValueError("must be an object of properties, each with an object of operators")
    said = [(name, *one) for name, holds in value.items() for one in holds.items()]
    if sum(len(one) if isinstance(one, list) else 1 for _, _, one in said) > MOST_VALUES:
        raise ValueError(f"has more than {MOST_VALUES} values")
    conditions = [_condition(*one) for one in said]
    return {"op": "and", "args": conditions} if conditions else None


def both(
    one: Expression | bool | None, other: Expression | bool | None
) -> Expression | bool | None:
    """Of two conditions that may not be there."""
    said = [part for part in (one, other) if part is not None]
    return {"op": "and", "args": said} if len(said) == 2 else next(iter(said), None)


def _condition(name: str, operator: str, value: object) -> Expression:
    if len(name) > LONGEST_NAME:
        raise ValueError(f"has a property of more than {LONGEST_NAME} characters")
    asked = {"property": name}
    if operator in ORDERS:
        return {"op": ORDERS[operator], "args": [asked, _value(value)]}
    if operator in PATTERNS:
        if not isinstance(value, str):
            raise ValueError(f"must give {operator} a text")
        plain = WILD.sub(r"\\\g<0>", _value(value))
        return {"op": "like", "args": [asked, PATTERNS[operator](plain)]}
    if operator == "in":
        if not isinstance(value, list):
            raise ValueError("must give in a list")
        return {"op": "in", "args": [asked, [_value(one) for one in value]]}
    raise ValueError(f"has an operator that is none of {OFFERED}")


def _value(value: object) -> Any:  # noqa: ANN401 (whatever was sent, of four kinds)
    if not isinstance(value, str | int | float | bool):
        raise ValueError("must compare with texts, numbers and truth values")  # noqa: TRY004 -- one error for all faults
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ValueError(f"has a text of more than {LONGEST_TEXT} characters")
    return value
