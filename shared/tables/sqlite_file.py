"""One SQLite file: its pragmas, its table, its rows, and what its errors mean to who asked.

Keys are BLOBs of UTF-8, so that SQLite compares them with memcmp and they may hold NUL. An index is
two columns more and a partial index over them, kept by SQLite in the same transaction.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from orjson import dumps, loads

from shared.errors import Unavailable
from shared.tables.port import EXPIRES_AT, Schema

Row = tuple[Any, ...]
"""pk, sk, doc, expires, then partition and sort of each index."""

DOC = 2
CACHED_STATEMENTS = 512
# Of a new file. A STAC item fits in: from pages of 4 KiB, with half of it in another, it was read
# in three times the time, and a file of items was twice as long.
PAGE_BYTES = 8192
# KiB, taken as they are needed. With SQLite's own 2,000 the upper pages of a million items did not
# stay: one was read in 10 µs, and in 4 with these; with four times as many it was no faster.
CACHE_SIZE = -16_000
MESSAGES = {
    "SQLITE_FULL": "The disk is full: nothing was written",
    "SQLITE_BUSY": "Another process holds the records for too long: nothing was written",
    "SQLITE_LOCKED": "Another process holds the records for too long: nothing was written",
    "SQLITE_READONLY": "The records cannot be written: the file or its folder is read-only",
    "SQLITE_CANTOPEN": "The file of records cannot be opened",
    "SQLITE_CORRUPT": "The file of records is damaged",
    "SQLITE_NOTADB": "The file of records is damaged",
    "SQLITE_IOERR": "The disk does not answer as it should: nothing was written",
}


def unavailable(error: sqlite3.Error) -> Unavailable:
    """The clear sentence for an error of SQLite."""
    name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    return Unavailable(MESSAGES.get(name, f"The records do not answer: {error}"))


def connect_writer(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection in WAL mode whose commits are on the disk when they return."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=CACHED_STATEMENTS,
    )
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    turn_on_wal(connection, busy_seconds)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = {CACHE_SIZE}")
    return connection


def turn_on_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Two processes may do this at once, and SQLite does not wait here of its own accord."""
    deadline = monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def connect_reader(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection that cannot write; each statement sees the last commit."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=CACHED_STATEMENTS,
    )
    connection.execute(f"PRAGMA cache_size = {CACHE_SIZE}")
    return connection


def create(connection: sqlite3.Connection, schema: Schema) -> None:
    """Make what is missing; an index that is new to an old file is filled from its items."""
    connection.create_function("index_key", 4, index_key, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS items (pk BLOB NOT NULL, sk BLOB NOT NULL, doc BLOB NOT NULL,"
        " expires REAL, PRIMARY KEY (pk, sk)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE INDEX IF NOT EXISTS expiry ON items (expires) WHERE expires IS NOT NULL"
    )
    present = {row[1] for row in connection.execute("PRAGMA table_info(items)")}
    for index in schema.indexes:
        if f"{index.name}.p" not in present:
            add_index(connection, index.name, index.partition, index.sort)
    connection.execute("COMMIT")


def add_index(connection: sqlite3.Connection, name: str, partition: str, sort: str) -> None:
    """The two columns of an index, filled, and the partial index over them."""
    first, second = f'"{name}.p"', f'"{name}.s"'
    connection.execute(f"ALTER TABLE items ADD COLUMN {first} BLOB")
    connection.execute(f"ALTER TABLE items ADD COLUMN {second} BLOB")
    for column, wanted in ((first, partition), (second, sort)):
        connection.execute(
            f"UPDATE items SET {column} = index_key(doc, ?, ?, ?)",  # noqa: S608 - our own names
            (partition, sort, wanted),
        )
    connection.execute(
        f'CREATE INDEX "by {name}" ON items ({first}, {second}, pk, sk) WHERE {first} IS NOT NULL'
    )


def index_key(doc: bytes, partition: str, sort: str, wanted: str) -> bytes | None:
    """The wanted one of the two attributes; None if the item is not in the index."""
    item = loads(doc)
    if item.get(partition) is None or item.get(sort) is None:
        return None
    return str(item[wanted]).encode()


def columns_of(schema: Schema) -> list[str]:
    """The columns of a row, in order."""
    indexes = [f'"{index.name}.{part}"' for index in schema.indexes for part in "ps"]
    return ["pk", "sk", "doc", "expires", *indexes]


def row_of(schema: Schema, item: Mapping[str, Any]) -> Row:
    """The row that keeps the item."""
    row = [item["pk"].encode(), item["sk"].encode(), dumps(item), item.get(EXPIRES_AT)]
    for index in schema.indexes:
        partition, sort = item.get(index.partition), item.get(index.sort)
        if partition is None or sort is None:
            row += (None, None)
        else:
            row += (partition.encode(), sort.encode())
    return tuple(row)
