"""Columns: their names as a page can hold them, and, for text, their types by what they hold."""

from collections.abc import Iterable, Sequence

from services.indexer.extractors.facts import MAX_COLUMNS, Column, Group
from services.indexer.extractors.moments import parse_iso

MAX_NAME = 120
# Beyond this many a file is no table, and remembering them all would be a way to exhaust us.
MAX_TRACKED = 2000
NUMBERS = frozenset({"integer", "number"})
JSON_KINDS = {
    bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object",
}  # fmt: skip


class ColumnKinds:
    """The types seen in each column, in the order in which columns appeared."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._kinds = dict.fromkeys(names, "")

    def see(self, name: str, kind: str) -> None:
        """A value of this type; an empty one tells nothing."""
        before = self._kinds.get(name)
        if before is None:
            if len(self._kinds) >= MAX_TRACKED:
                return
            self._kinds[name] = kind
        elif kind and kind != before:
            self._kinds[name] = joined(before, kind)

    def columns(self) -> list[Column]:
        """Names with the type that holds all values seen."""
        return [Column(name[:MAX_NAME], kind or "empty") for name, kind in self._kinds.items()]


def joined(one: str, other: str) -> str:
    """The type of a column that holds both."""
    if not one or not other:
        return one or other
    return "number" if {one, other} <= NUMBERS else "mixed"


def kind_of_text(text: str) -> str:
    """The type that a cell's text reads as; empty for an empty cell."""
    text = text.strip()
    if not text:
        return ""
    if text.lstrip("+-").isdecimal():
        return "integer"
    try:
        float(text)
    except ValueError:
        return "datetime" if parse_iso(text) else "string"
    return "number"


def columns_group(columns: Sequence[Column]) -> Group:
    """Names and types, as many as a page can hold."""
    group = Group("Columns")
    for column in columns[:MAX_COLUMNS]:
        group.add(column.name, column.type)
    if len(columns) > MAX_COLUMNS:
        group.add("…", f"{len(columns) - MAX_COLUMNS:,} more")
    return group
