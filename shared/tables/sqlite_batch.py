"""Several writes in one SQLite transaction, each of them all or nothing.

The rows that conditions and updates need are read once; every write is judged in memory against
them and the writes before it, so one that fails leaves nothing; what changed is written at the end.
Few statements, because each gives up the interpreter's lock and must win it back from the loop.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from time import time
from typing import TypeVar

from orjson import loads

from shared.tables.conditions import holds
from shared.tables.limits import check_item
from shared.tables.port import Action, Check, ConditionFailed, Delete, Item, Put, Schema, Update
from shared.tables.sqlite_file import DOC, Row, columns_of, row_of
from shared.tables.updates import updated

Key = tuple[bytes, bytes]
T = TypeVar("T")
# A page of a hundred is read with the one that comes after it.
ROWS_A_STATEMENT = 101
SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Step:
    """An action with its key in bytes and, for a Put, the row made when it was handed in."""

    key: Key
    action: Action
    row: Row | None = None


def make_steps(schema: Schema, actions: Iterable[Action]) -> list[Step]:
    """Done on the caller's side, so that a later change of its item changes nothing here."""
    return [
        Step(
            (action.pk.encode(), action.sk.encode()),
            action,
            row_of(schema, action.item) if isinstance(action, Put) else None,
        )
        for action in actions
    ]


@dataclass(slots=True)
class Batch:
    """One transaction's view: rows as they were, and rows as they will be (None: deleted)."""

    schema: Schema
    found: dict[Key, bytes] = field(default_factory=dict)
    changed: dict[Key, Row | None] = field(default_factory=dict)

    def load(self, connection: sqlite3.Connection, steps: Iterable[Step]) -> None:
        """Read what the steps must know."""
        wanted = {step.key for step in steps if needs_item(step.action)}
        for keys in chunks(sorted(wanted)):
            rows = connection.execute(*select_keys(keys))
            self.found.update({(pk, sk): doc for pk, sk, doc in rows})

    def apply(self, steps: Sequence[Step]) -> None:
        """Add one write; ConditionFailed, Invalid or TooLarge leave the batch as it was."""
        failed = [
            position
            for position, step in enumerate(steps)
            if step.action.when and not holds(step.action.when, self.current(step.key))
        ]
        if failed:
            raise ConditionFailed(failed)
        self.changed.update(
            {step.key: self.row_after(step) for step in steps if not isinstance(step.action, Check)}
        )

    def current(self, key: Key) -> Item | None:
        """The item as the writes so far leave it."""
        if key in self.changed:
            row = self.changed[key]
            doc = row and row[DOC]
        else:
            doc = self.found.get(key)
        item: Item | None = loads(doc) if doc else None
        return item

    def row_after(self, step: Step) -> Row | None:
        """What the action makes of its row."""
        if isinstance(step.action, Update):
            item = updated(self.current(step.key), step.action)
            check_item(self.schema, item)
            return row_of(self.schema, item)
        return step.row

    def save(self, connection: sqlite3.Connection) -> None:
        """Write what changed."""
        columns = columns_of(self.schema)
        places = f"({','.join('?' * len(columns))})"
        changes = ",".join(f"{name} = excluded.{name}" for name in columns[2:])
        for rows in chunks([row for row in self.changed.values() if row]):
            connection.execute(
                f"INSERT INTO items ({','.join(columns)})"  # noqa: S608 - our own names
                f" VALUES {','.join([places] * len(rows))}"
                f" ON CONFLICT (pk, sk) DO UPDATE SET {changes}",
                [value for row in rows for value in row],
            )
        for keys in chunks([key for key, row in self.changed.items() if row is None]):
            remove(connection, keys)


def select_keys(keys: Sequence[Key]) -> tuple[str, list[object]]:
    """The statement that reads the rows of these keys, as far as they are there."""
    places = ",".join(["(?,?)"] * len(keys))
    sql = (
        f"WITH wanted(p, s) AS (VALUES {places})"  # noqa: S608 - only question marks
        " SELECT pk, sk, doc FROM wanted CROSS JOIN items ON pk = p AND sk = s"
        " WHERE expires IS NULL OR expires > ?"
    )
    return sql, [*(part for key in keys for part in key), time()]


def needs_item(action: Action) -> bool:
    """Whether the item must be known to do the action."""
    return action.when is not None or not isinstance(action, Put | Delete)


def remove(connection: sqlite3.Connection, keys: Sequence[Key]) -> None:
    """Delete the rows of these keys."""
    # Not a row-value IN: SQLite would read the whole table for it.
    places = " OR ".join(["(pk = ? AND sk = ?)"] * len(keys))
    connection.execute(
        f"DELETE FROM items WHERE {places}",  # noqa: S608 - only question marks
        [part for key in keys for part in key],
    )


def sweep(connection: sqlite3.Connection) -> int:
    """Delete some rows whose time is over; how many there were."""
    connection.execute("BEGIN IMMEDIATE")
    keys = connection.execute(
        "SELECT pk, sk FROM items WHERE expires <= ? LIMIT ?", (time(), SWEPT_AT_ONCE)
    ).fetchall()
    for some in chunks(keys):
        remove(connection, some)
    connection.execute("COMMIT")
    return len(keys)


def chunks(things: Sequence[T]) -> Iterator[list[T]]:
    """At most so many rows a statement: few enough texts for SQLite to keep them prepared."""
    left = iter(things)
    while some := list(islice(left, ROWS_A_STATEMENT)):
        yield some
