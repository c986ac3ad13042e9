"""What is kept in the tables of a platform on SQLite, read as text beside the running services."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


def rows_with(home: Path, word: str, *services: str) -> list[str]:
    """The rows of these services' tables that have this word anywhere, keys too."""
    return [row for service in services for row in _rows(home / service) if word in row]


def _rows(folder: Path) -> Iterator[str]:
    for path in folder.glob("*.db"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            for table in connection.execute(TABLES).fetchall():
                for columns in connection.execute(f'SELECT * FROM "{table[0]}"'):  # noqa: S608 -- our own
                    yield " ".join(map(_text, columns))


def _text(column: object) -> str:
    return column.decode("utf-8", "replace") if isinstance(column, bytes) else str(column)
