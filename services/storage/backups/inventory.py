"""Names of bytes, as many as there may be: in a file, since ten million of them fill a memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from services.storage.backups.target import PAGE


class Inventory:
    """A set of names, which is gone with its folder."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def add(self, names: Iterable[str]) -> None:
        """They are in it, if they were not."""
        rows = ((name,) for name in names)
        self._file.executemany("INSERT OR IGNORE INTO names VALUES (?)", rows)

    def __contains__(self, name: str) -> bool:
        found = self._file.execute("SELECT 1 FROM names WHERE name = ?", (name,))
        return found.fetchone() is not None

    def pages(self) -> Iterator[list[str]]:
        """All of them in order, some at a time."""
        rows: Iterable[tuple[str]] = self._file.execute("SELECT name FROM names ORDER BY name")
        names = (name for (name,) in rows)
        while page := list(islice(names, PAGE)):
            yield page

    def close(self) -> None:
        """Let go."""
        self._file.close()
