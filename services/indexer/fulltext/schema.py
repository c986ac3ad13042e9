"""The file of the index: one row a repository, its texts, its facets."""

import contextlib
import sqlite3
from pathlib import Path

from shared.tables.sqlite_file import connect_writer

# Another number makes a file of an older form be thrown away and filled anew.
FORM = 4
BUSY_SECONDS = 5.0
DAMAGED = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
COLUMNS = ("title", "names", "tags", "columns", "description", "readme")
# In the order of COLUMNS: what a repository is called counts most, its README least.
WEIGHTS = (10.0, 8.0, 6.0, 4.0, 2.0, 1.0)
SCHEMA = f"""
CREATE TABLE repositories (
    id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, version INTEGER NOT NULL,
    stamp TEXT NOT NULL, updated TEXT NOT NULL,
    owner TEXT NOT NULL, visibility TEXT NOT NULL, state TEXT NOT NULL, shut INTEGER NOT NULL,
    facets TEXT NOT NULL,
    collection_id TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL,
    west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL,
    located INTEGER NOT NULL,
    first TEXT NOT NULL, last TEXT NOT NULL
);
CREATE INDEX by_owner ON repositories (owner);
CREATE INDEX by_update ON repositories (updated);
CREATE INDEX by_collection ON repositories (collection_id);
CREATE TABLE facets (
    id INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (id, kind, value)
) WITHOUT ROWID;
CREATE INDEX by_value ON facets (kind, value, id);
CREATE VIRTUAL TABLE texts USING fts5(
    {", ".join(COLUMNS)}, tokenize = 'porter unicode61 remove_diacritics 2', prefix = '2 3'
);
PRAGMA user_version = {FORM};
"""


def open_file(path: Path) -> sqlite3.Connection:
    """The file, made where it is missing; one that is damaged or of another form begins anew."""
    try:
        return _opened(path)
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name not in DAMAGED and not isinstance(error, OtherForm):
            raise
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    return _opened(path)


class OtherForm(sqlite3.DatabaseError):
    """The file is of an older or a newer release."""


def _opened(path: Path) -> sqlite3.Connection:
    connection = connect_writer(path, BUSY_SECONDS)
    try:
        # What is lost with the power is found missing by the next look at everything.
        connection.execute("PRAGMA synchronous = NORMAL")
        _create(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    with contextlib.closing(connection.execute("PRAGMA user_version")) as cursor:
        form = cursor.fetchone()[0]
    if form not in {0, FORM}:
        raise OtherForm
    if form == 0:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
    connection.execute("COMMIT")
