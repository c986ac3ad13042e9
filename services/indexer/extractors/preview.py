"""What a file shows of itself: its first rows, or how its text begins.

Plain data that crosses the sandbox's border as JSON, cut to what a page can hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

import orjson

from services.indexer.extractors import words
from services.indexer.extractors.content import content_of
from services.indexer.extractors.content.text import decode
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import HEAD_BYTES, SparseFile

MAX_ROWS, MAX_SHOWN, MAX_CELL = 20, 30, 120
MAX_TEXT, MAX_LINES = 8_000, 200
CUT = "…"
JSON = "application/json"


class NotShown(Malformed):
    """There is nothing wrong with it, but nothing to show either; the text says why."""


@dataclass(slots=True)
class Part:
    """A table of cells, a text, or a picture: WebP as base64, so many pixels wide and high.

    `note` says of what it is the beginning, empty for all of it.
    """

    kind: Literal["table", "text", "markdown", "picture"]
    title: str = ""
    text: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""
    data: str = ""
    width: int = 0
    height: int = 0


@dataclass(slots=True)
class Preview:
    """One part after the other; none where there is nothing to show."""

    parts: list[Part] = field(default_factory=list)


def table(names: Sequence[str], rows: Iterable[Sequence[object]], total: int | None = None) -> Part:
    """The first rows of `total`, None where nobody knows how many there are."""
    columns = [cell(name) for name in names[:MAX_SHOWN]]
    shown = [_row(values, len(columns)) for values in islice(rows, MAX_ROWS)]
    note = ", ".join(filter(None, (_of_rows(len(shown), total), _of_columns(len(names)))))
    return Part("table", columns=columns, rows=shown, note=note)


def _of_rows(shown: int, total: int | None) -> str:
    if shown == total:
        return ""
    return f"the first {words.count(shown, 'row')}" + (f" of {total:,}" if total else "")


def _of_columns(total: int) -> str:
    return f"{MAX_SHOWN} of {total:,} columns" if total > MAX_SHOWN else ""


def _row(values: Sequence[object], width: int) -> list[str]:
    """As wide as the table, whatever the row is."""
    cells = [cell(value) for value in values[:width]]
    return cells + [""] * (width - len(cells))


def table_of(records: Sequence[Mapping[str, object]], total: int | None = None) -> Part:
    """Of records that need not have the same members: a column for each, as they come up."""
    names = list(dict.fromkeys(name for one in records[:MAX_ROWS] for name in one))
    return table(names, ([one.get(name) for name in names] for one in records), total)


def cell(value: object) -> str:
    """A value as a cell can hold it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case bytes():
            return words.size(len(value))
        case list() | dict():
            said = _json(value)
        case _:
            said = str(value)
    return said if len(said) <= MAX_CELL else said[: MAX_CELL - 1] + CUT


def _json(value: Any) -> str:  # noqa: ANN401 -- whatever is nested in a stranger's row
    try:
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, orjson.JSONEncodeError):
        return str(value)


def text(said: str, title: str = "", *, is_whole: bool = True) -> Part:
    """How a text begins, or all of it."""
    lines = said[:MAX_TEXT].splitlines()[:MAX_LINES]
    shown = "\n".join(lines)
    is_cut = not is_whole or len(said) > MAX_TEXT or len(said.splitlines()) > MAX_LINES
    note = f"the first {words.count(len(lines), 'line')}" if is_cut else ""
    return Part("text", title, shown, note=note)


def beginning(file: SparseFile) -> Preview:
    """Of any text; nothing of what is none. JSON that is whole is set out line by line."""
    head = file.head()
    found = content_of(file.name, head)
    if not found.encoding:
        return Preview()
    said, _ = decode(head)
    is_whole = file.size <= HEAD_BYTES
    if is_whole and found.media_type == JSON:
        said = _set_out(said)
    return Preview([text(said, is_whole=is_whole)])


def _set_out(said: str) -> str:
    try:
        return orjson.dumps(orjson.loads(said), option=orjson.OPT_INDENT_2).decode()
    except ValueError:
        return said
