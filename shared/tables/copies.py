"""Files of SQLite copied whole, as of one moment, while others write to them. All of it blocks."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from orjson import loads

from shared.tables.port import Item, Schema
from shared.tables.spans import after_prefix
from shared.tables.sqlite_file import columns_of, connect_reader, row_of, unavailable

BUSY_SECONDS = 10.0
BELOW = "pk >= ? AND pk < ?"


def copy_file(source: Path, target: Path) -> None:
    """What was committed when it began, and nothing that was deleted. Raises Unavailable."""
    try:
        with closing(connect_reader(source, BUSY_SECONDS)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise unavailable(error) from error


def holds_items(path: Path) -> bool:
    """Whether it is a file of a table, and not something else of SQLite. Raises Unavailable."""
    try:
        with closing(connect_reader(path, BUSY_SECONDS)) as connection:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'items'")
            return found.fetchone() is not None
    except sqlite3.Error as error:
        raise unavailable(error) from error


def fold_log(path: Path) -> None:
    """All that was written to a copy is in its one file when this returns."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def drop_items(path: Path, *prefixes: str) -> None:
    """Remove the items of a copy whose partitions begin so."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for prefix in prefixes:
            connection.execute(f"DELETE FROM items WHERE {BELOW}", _span(prefix))  # noqa: S608


def change_items(
    path: Path, prefix: str, change: Callable[[Item], Item | None], schema: Schema
) -> None:
    """Change items of a copy whose partitions begin so; None leaves one as it is.

    The keys stay, and of the indexes those of `schema` alone are written: it may name some of them.
    """
    columns = columns_of(schema)[2:]
    values = ", ".join(f"{column} = ?" for column in columns)
    update = f"UPDATE items SET {values} WHERE pk = ? AND sk = ?"  # noqa: S608 - our own names
    with closing(sqlite3.connect(path)) as connection, connection:
        found = connection.execute(f"SELECT doc FROM items WHERE {BELOW}", _span(prefix))  # noqa: S608
        for (doc,) in found:
            changed = change(loads(doc))
            if changed is not None:
                pk, sk, *rest = row_of(schema, changed)
                connection.execute(update, (*rest, pk, sk))


def _span(prefix: str) -> tuple[bytes, bytes]:
    return prefix.encode(), (after_prefix(prefix) or "").encode()
