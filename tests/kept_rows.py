"""What is kept in the tables of a platform on SQLite, read as text beside the running services."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path


def rows_with(home: Path, word: str, *services: str) -> list[str]:
    """The rows of these services' tables that have this word anywhere, keys too."""
    return [row for service in services for row in _rows(home / service) if word in row]


def _rows(folder: Path) -> Iterator[str]:
    (path,) = folder.glob("*.db")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        for columns in connection.execute("SELECT pk, sk, doc FROM items"):
            yield " ".join(one.decode("utf-8", "replace") for one in columns)
