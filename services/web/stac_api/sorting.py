"""What to sort by: `-datetime,+properties.title` of an address, or the list of a body."""

from typing import Any

from shared.contracts.indexer import SortField

MOST_FIELDS, LONGEST_NAME = 4, 256
DIRECTIONS = {"asc": False, "desc": True}


def sort_of(value: object) -> tuple[SortField, ...]:
    """In order of weight. ValueError says what is wrong."""
    said = value.split(",") if isinstance(value, str) else value
    if not isinstance(said, list) or len(said) > MOST_FIELDS:
        raise ValueError(f"must be a list of at most {MOST_FIELDS} fields")
    return tuple(_field(one) for one in said)


def _field(said: Any) -> SortField:  # noqa: ANN401 (whatever was sent)
    """A plus may have become a space on its way in an address."""
    if isinstance(said, str):
        name = said.strip()
        return SortField(field=_name(name.lstrip("+-")), descending=name.startswith("-"))
    if not isinstance(said, dict) or said.get("direction", "asc") not in list(DIRECTIONS):
        raise ValueError("must have a field and a direction, asc or desc")
    return SortField(
        field=_name(said.get("field")), descending=DIRECTIONS[said.get("direction", "asc")]
    )


def _name(name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise ValueError(f"must name each field, in at most {LONGEST_NAME} characters")
    return name
