"""Boxes on the Earth: west, south, east, north in degrees of WGS84."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import Annotated

from pydantic import BeforeValidator

NUMBERS = "must have 4 or 6 numbers"
LONGEST = 200


def box_of(edges: Sequence[object]) -> tuple[float, ...]:
    """One of them, perhaps with heights too; west > east over the antimeridian.

    ValueError says what it lacks.
    """
    if len(edges) not in {4, 6}:
        raise ValueError(NUMBERS)
    box = tuple(map(_number, edges))
    west, south, east, north = (*box[:2], *box[3:5]) if len(box) == 6 else box
    if not all(-360 <= edge <= 360 for edge in (west, south, east, north)):
        raise ValueError("must be in degrees")
    if south > north:
        raise ValueError("has its south above its north")
    return box


def read_box(text: str) -> list[float] | None:
    """As people write it: `-12, 35, 30, 60`; nothing is no box."""
    if len(text) > LONGEST:
        raise ValueError(NUMBERS)
    edges = text.replace(",", " ").split()
    return list(box_of(edges)) if edges else None


Box = Annotated[list[float] | None, BeforeValidator(read_box)]


def _number(value: object) -> float:
    """Of JSON, or written in an address."""
    try:
        number = float(str(value))
    except ValueError:
        number = inf
    if isinstance(value, bool) or not isfinite(number):
        raise ValueError(NUMBERS)
    return number
