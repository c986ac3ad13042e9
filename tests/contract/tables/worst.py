"""SQLite made as bad as DynamoDB at its worst: indexes come late, and requests are throttled.

A service whose tests pass on this holds nothing against a real table.
"""

from asyncio import Task, create_task, gather, sleep
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from shared.tables import Action, Delete, Item, Merged, Page, Put, Range, Schema
from shared.tables.backoff import Busy, retried
from shared.tables.sqlite import SqliteTable, open_sqlite

T = TypeVar("T")
BACKOFF_SECONDS = 0.0005


class WorstTable:
    """A table, and a copy of it that follows late and answers for the indexes."""

    def __init__(
        self, table: SqliteTable, late: SqliteTable, lag_seconds: float, throttled: float
    ) -> None:
        self.table = table
        self.late = late
        self.lag_seconds = lag_seconds
        self.throttled = throttled
        self.random = Random(1)
        self.tasks: set[Task[None]] = set()

    async def get(self, pk: str, sk: str) -> Item | None:
        """Throttled now and then."""
        return await self.grudgingly(lambda: self.table.get(pk, sk))

    async def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item | None]:
        """Throttled now and then."""
        return await self.grudgingly(lambda: self.table.get_many(keys))

    async def query(self, pk: str, *, index: str | None = None, **wanted: Any) -> Page:
        """An index is as old as the lag; a table is not."""
        table = self.late if index else self.table
        return await self.grudgingly(lambda: table.query(pk, index=index, **wanted))

    async def merge(self, ranges: Sequence[Range], **wanted: Any) -> Merged:
        """Throttled now and then."""
        return await self.grudgingly(lambda: self.table.merge(ranges, **wanted))

    async def version(self) -> int | None:
        """It cannot say."""
        return None

    async def write(self, *actions: Action) -> None:
        """Throttled now and then; the indexes follow."""
        await self.grudgingly(lambda: self.table.write(*actions))
        task = create_task(self.follow({(action.pk, action.sk) for action in actions}))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def follow(self, keys: set[tuple[str, str]]) -> None:
        """Bring the late copy up to date, after a while that differs from write to write."""
        await sleep(self.lag_seconds * self.random.random())
        for pk, sk in sorted(keys):
            copied: Item | None = {}
            # Another write may come between, and its copy before this one.
            while (item := await self.table.get(pk, sk)) != copied:
                copied = item
                await self.late.write(Delete(pk, sk) if item is None else Put(item))

    async def grudgingly(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Through the same back-off that the DynamoDB adapter has."""

        async def throttled() -> T:
            if self.random.random() < self.throttled:
                raise Busy
            return await attempt()

        return await retried(throttled, BACKOFF_SECONDS)

    async def close(self) -> None:
        """Once the indexes have caught up."""
        await gather(*self.tasks)
        await self.table.close()
        await self.late.close()


async def open_worst(
    schema: Schema, folder: Path, *, lag_seconds: float = 0.05, throttled: float = 0.2
) -> WorstTable:
    """Two files in the folder. With 0.2 about one request in a million is refused for good."""
    table = await open_sqlite(schema, folder / f"{schema.name}.db")
    late = await open_sqlite(schema, folder / f"{schema.name}-late.db")
    return WorstTable(table, late, lag_seconds, throttled)
