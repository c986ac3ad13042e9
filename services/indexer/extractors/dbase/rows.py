"""The first rows of a dBASE table: cells of a fixed width, most of them as text."""

from collections.abc import Iterator

from services.indexer.extractors.dbase.header import UNKNOWN, Header, encoding_of
from services.indexer.extractors.preview import MAX_ROWS, Part, table
from services.indexer.extractors.sparse_file import SparseFile

# Written as text; what others hold is binary, or stands in a file beside it.
AS_TEXT = frozenset({"string", "date", "number", "integer", "boolean"})
DELETED = b"*"


def first_rows(file: SparseFile, header: Header) -> Part:
    """Without those that are marked as deleted. Raises Malformed, NeedBytes, OutOfBytes."""
    many = min(header.rows, MAX_ROWS)
    data = file.read(header.start, many * header.width)
    rows = [data[start : start + header.width] for start in range(0, len(data), header.width)]
    cells = [list(_cells(row, header)) for row in rows if row[:1] != DELETED]
    names = [column.name for column in header.columns()]
    return table(names, cells, header.rows)


def _cells(row: bytes, header: Header) -> Iterator[str]:
    place = 1
    for field in header.fields:
        cell = row[place : place + field.size]
        place += field.size
        yield _text(cell, encoding_of(header.language)) if field.type in AS_TEXT else ""


def _text(cell: bytes, encoding: str) -> str:
    """Many a table is UTF-8 and does not say so."""
    cell = cell.strip(b" \0")
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return cell.decode(encoding or UNKNOWN, "replace")
