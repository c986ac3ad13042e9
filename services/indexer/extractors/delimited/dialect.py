"""How a table in text is written: its encoding, its delimiter, its header."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from services.indexer.extractors.columns import ColumnKinds, kind_of_text
from services.indexer.extractors.content.text import decode
from services.indexer.extractors.facts import Column, Malformed
from services.indexer.extractors.sparse_file import WHOLE_BYTES, SparseFile

DELIMITERS = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
LOOKED_AT = 50
# Types are told from the first rows: looking at every cell of 8 MB would take seconds.
TYPED_ROWS = 200

# A cell may hold a whole geometry as text.
csv.field_size_limit(WHOLE_BYTES)


@dataclass(slots=True)
class Sheet:
    """The cells as text. Without a header, columns are called `column_1` and so on."""

    names: list[str]
    rows: list[list[str]]
    delimiter: str
    encoding: str
    has_header: bool
    is_whole: bool

    def columns(self) -> list[Column]:
        """Names and types."""
        kinds = ColumnKinds(self.names)
        for row in islice(self.rows, TYPED_ROWS):
            for name, cell in zip(self.names, row, strict=False):
                kinds.see(name, kind_of_text(cell))
        return kinds.columns()

    def cells(self, column: int) -> Iterator[str]:
        """One column, without the rows that are too short for it."""
        return (row[column] for row in self.rows if len(row) > column)


def read_sheet(file: SparseFile) -> Sheet:
    """Raises Malformed where quotes never end or nothing is in it."""
    whole = file.whole()
    return _sheet(file, file.head() if whole is None else whole)


def read_first_rows(file: SparseFile) -> Sheet:
    """Those within its head. Raises Malformed likewise."""
    return _sheet(file, file.head())


def _sheet(file: SparseFile, data: bytes) -> Sheet:
    text, encoding = decode(data)
    is_whole = len(data) == file.size
    if not is_whole:
        text = text[: text.rfind("\n") + 1]
    lines = text.splitlines(keepends=True)
    first = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    delimiter = _delimiter(file.suffix, lines[first : first + LOOKED_AT])
    try:
        rows = [row for row in csv.reader(lines[first:], delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise Malformed(f"It is not a table: {error}.") from error
    if not rows:
        raise Malformed("It has no rows.")
    has_header = _is_header(rows[0])
    names = _unique(rows[0] if has_header else [""] * len(rows[0]))
    return Sheet(names, rows[has_header:], delimiter, encoding, has_header, is_whole)


def _delimiter(suffix: str, lines: list[str]) -> str:
    """The one that cuts the first lines into the most cells, as many in each."""
    if suffix in {"tsv", "tab"}:
        return "\t"
    return max(DELIMITERS, key=lambda delimiter: _evenness(lines, delimiter))


def _evenness(lines: list[str], delimiter: str) -> float:
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    usual = max(set(widths), key=widths.count)
    return usual * (widths.count(usual) / len(widths)) ** 2 if usual > 1 else 0.0


def _is_header(row: list[str]) -> bool:
    """Names, all different: no cell reads as a number or a time."""
    said = [cell.strip() for cell in row if cell.strip()]
    return len(set(said)) == len(said) > 0 and all(kind_of_text(cell) == "string" for cell in said)


def _unique(names: list[str]) -> list[str]:
    return [name.strip() or f"column_{number}" for number, name in enumerate(names, 1)]
