"""The table port on one SQLite file: the embedded default.

Reads run inline on the event loop (tens of microseconds; a hop to a thread costs more), writes in
the writer's thread.
"""

import sqlite3
from asyncio import get_running_loop, to_thread
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from time import time
from typing import Any

from orjson import loads

from shared.tables.limits import check_key, check_write
from shared.tables.merging import Part, check_ranges, merged
from shared.tables.port import Action, Item, Merged, Page, Range, Schema
from shared.tables.spans import Query, Wanted, cursor_after, make_query
from shared.tables.sqlite_batch import Key, chunks, make_steps, select_keys
from shared.tables.sqlite_file import connect_reader, connect_writer, create, unavailable
from shared.tables.sqlite_writer import Job, Writer

GET = "SELECT doc FROM items WHERE pk = ? AND sk = ? AND (expires IS NULL OR expires > ?)"
VERSION = "PRAGMA data_version"
RANGE = (
    "SELECT sk, doc FROM items WHERE pk = ? AND sk >= ? AND sk < ?"
    " AND (expires IS NULL OR expires > ?)"
)
# Beyond every key: no UTF-8 has this byte.
AFTER_ALL = b"\xff"
# Few different texts, which SQLite keeps prepared: the places that are too many stay empty.
RANGES_A_STATEMENT, RANGES_ROUNDED = 64, 8
READ_BUSY_SECONDS = 1.0


class SqliteTable:
    """A file with its reading connection and its writer."""

    def __init__(self, schema: Schema, reader: sqlite3.Connection, writer: Writer) -> None:
        self.schema = schema
        self.reader = reader
        self.writer = writer

    async def get(self, pk: str, sk: str) -> Item | None:
        """See Table.get."""
        check_key(pk, sk)
        rows = self.read(GET, (pk.encode(), sk.encode(), time()))
        return loads(rows[0][0]) if rows else None

    async def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item | None]:
        """See Table.get_many."""
        for pk, sk in keys:
            check_key(pk, sk)
        places = [(pk.encode(), sk.encode()) for pk, sk in keys]
        found: dict[Key, bytes] = {}
        for some in chunks(places):
            rows = self.read(*select_keys(some))
            found.update({(pk, sk): doc for pk, sk, doc in rows})
        return [loads(found[place]) if place in found else None for place in places]

    async def query(  # noqa: PLR0913 - the port's signature
        self,
        pk: str,
        *,
        index: str | None = None,
        start: str | None = None,
        end: str | None = None,
        prefix: str | None = None,
        forward: bool = True,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        """See Table.query."""
        wanted = Wanted(
            index=index,
            start=start,
            end=end,
            prefix=prefix,
            forward=forward,
            limit=limit,
            cursor=cursor,
        )
        query = make_query(self.schema, pk, wanted)
        sql, values = select(query)
        docs = [row[0] for row in self.read(sql, values)]
        items: list[Item] = loads(b"[" + b",".join(docs[:limit]) + b"]")
        more = len(docs) > limit
        return Page(items, cursor_after(self.schema, query, items[-1]) if more else None)

    async def merge(
        self, ranges: Sequence[Range], *, forward: bool = True, limit: int = 100
    ) -> Merged:
        """See Table.merge. SQLite reads no more than it tells."""
        check_ranges(ranges, limit)
        starts = range(0, len(ranges), RANGES_A_STATEMENT)
        some = [ranges[start : start + RANGES_A_STATEMENT] for start in starts]
        return merged([self.read_part(one, forward, limit) for one in some], forward=forward)

    def read_part(self, ranges: Sequence[Range], forward: bool, limit: int) -> Part:
        """The first of these ranges, by one statement."""
        docs = [doc for _, doc in self.read(*select_merged(ranges, forward, limit))]
        return Part(ranges, loads(b"[" + b",".join(docs[:limit]) + b"]"), more=len(docs) > limit)

    async def version(self) -> int | None:
        """See Table.version. What this process writes counts too: it has a connection for that."""
        return int(self.read(VERSION, ())[0][0])

    async def write(self, *actions: Action) -> None:
        """See Table.write."""
        check_write(self.schema, actions)
        if not actions:
            return
        loop = get_running_loop()
        job = Job(make_steps(self.schema, actions), loop, loop.create_future())
        self.writer.submit(job)
        await job.future

    async def close(self) -> None:
        """See Table.close."""
        await to_thread(self.writer.close)
        self.reader.close()

    def read(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """All rows of a statement; Unavailable for any error of SQLite."""
        try:
            return self.reader.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise unavailable(error) from error


def select(query: Query) -> tuple[str, list[object]]:
    """The statement for one page and one row more, which tells whether there is a next page."""
    partition, sort, keys = "pk", "sk", "sk"
    if query.index is not None:
        partition, sort = f'"{query.index}.p"', f'"{query.index}.s"'
        keys = f"{sort}, pk, sk"
    clauses = [f"{partition} = ?"]
    values: list[object] = [query.partition.encode()]
    for clause, value in bounds(query):
        clauses.append(f"{sort} {clause} ?")
        values.append(value.encode())
    if query.after is not None:
        places = ",".join("?" * len(query.after))
        clauses.append(f"({keys}) {'>' if query.forward else '<'} ({places})")
        values += [key.encode() for key in query.after]
    order = ", ".join(f"{key}{'' if query.forward else ' DESC'}" for key in keys.split(", "))
    sql = (
        f"SELECT doc FROM items WHERE {' AND '.join(clauses)}"  # noqa: S608 - our own names
        f" AND (expires IS NULL OR expires > ?) ORDER BY {order} LIMIT ?"
    )
    return sql, [*values, time(), query.limit + 1]


def select_merged(
    ranges: Sequence[Range],
    forward: bool,
    limit: int,
) -> tuple[str, list[object]]:
    """The statement for the first rows of ranges, and one more, which tells whether there is."""
    now, values = time(), list[object]()
    for pk, start, end in ranges:
        values += (pk.encode(), start.encode(), AFTER_ALL if end is None else end.encode(), now)
    missing = -len(ranges) % RANGES_ROUNDED
    values += (None,) * (4 * missing)
    values.append(limit + 1)
    return merge_sql(len(ranges) + missing, forward), values


@cache
def merge_sql(count: int, forward: bool) -> str:
    """SQLite takes the next row of whichever range has it, and reads none that it does not need."""
    order = "sk" if forward else "sk DESC"
    return f"{' UNION ALL '.join([RANGE] * count)} ORDER BY {order} LIMIT ?"


def bounds(query: Query) -> list[tuple[str, str]]:
    """Where SQLite shall begin and end in the sort key.

    The cursor stands in for the end that it has reached: given both, SQLite may choose the farther
    one and read every page's rows again.
    """
    low, high = query.span.low, query.span.high
    if query.after is not None and query.forward:
        low = query.after[0]
    if query.after is not None and not query.forward:
        return [(">=", low), ("<=", query.after[0])]
    return [(">=", low), ("<", high)] if high is not None else [(">=", low)]


async def open_sqlite(
    schema: Schema, path: Path, *, busy_seconds: float = 5.0, sweep_seconds: float = 60.0
) -> SqliteTable:
    """Open the file, making it and its folder if missing; several processes may have it open.

    `busy_seconds` is how long a write waits for another process, `sweep_seconds` how often expired
    items are deleted.
    """
    return await to_thread(open_file, schema, path, busy_seconds, sweep_seconds)


def open_file(schema: Schema, path: Path, busy_seconds: float, sweep_seconds: float) -> SqliteTable:
    """Connect twice and start the writer; blocks."""
    try:
        connection = connect_writer(path, busy_seconds)
        create(connection, schema)
        reader = connect_reader(path, min(busy_seconds, READ_BUSY_SECONDS))
    except sqlite3.Error as error:
        raise unavailable(error) from error
    return SqliteTable(schema, reader, Writer(connection, schema, sweep_seconds))
