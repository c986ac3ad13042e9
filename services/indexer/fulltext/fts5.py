"""Full text search by SQLite's FTS5, in a file of its own that all processes of a host share."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import orjson

from services.indexer.fulltext.port import FullText
from services.indexer.fulltext.questions import begun, find, page, passages, standing
from services.indexer.fulltext.schema import BUSY_SECONDS, open_file
from services.indexer.fulltext.writing import allow, put, remove
from services.indexer.models.texts import Begun, Document, Match, Order, Piece, Question
from services.indexer.settings import WordsSettings
from shared.errors import Unavailable
from shared.policy import RepositoryResource
from shared.tables.sqlite_file import connect_reader, unavailable

Answer = TypeVar("Answer")
# Steps of SQLite's machine between two looks at the clock: a microsecond or two each, at most.
STEPS = 500
TOO_LONG = "This search takes too long; it takes less with fewer words, or with longer ones."


class Fts5:
    """See FullText. One thread writes, another reads: questions do not wait for documents."""

    def __init__(
        self, reader: sqlite3.Connection, writer: sqlite3.Connection, limits: WordsSettings
    ) -> None:
        self._reader, self._writer, self._limits = reader, writer, limits
        self._reads = ThreadPoolExecutor(1, "fulltext-reader")
        self._writes = ThreadPoolExecutor(1, "fulltext-writer")

    async def put(self, document: Document) -> None:
        """See FullText."""
        await self._write(lambda connection: put(connection, document))

    async def allow(self, resource: RepositoryResource, version: int) -> None:
        """See FullText."""
        await self._write(lambda connection: allow(connection, resource, version))

    async def remove(self, repository_uid: str) -> None:
        """See FullText."""
        await self._write(lambda connection: remove(connection, repository_uid))

    async def stamps(self) -> dict[str, str]:
        """See FullText."""
        return await self._read(
            lambda one: dict(one.execute("SELECT uid, stamp FROM repositories"))
        )

    async def owned_by(self, account_uid: str) -> list[str]:
        """See FullText."""
        said = "SELECT uid FROM repositories WHERE owner = ?"
        return await self._read(lambda one: [row[0] for row in one.execute(said, (account_uid,))])

    async def find(self, question: Question) -> list[Match]:
        """See FullText."""
        most = self._limits.max_ranked
        return await self._ask(lambda connection: find(connection, question, most))

    async def page(self, question: Question, order: Order, most: int) -> list[Match]:
        """See FullText."""
        return await self._ask(lambda connection: page(connection, question, order, most))

    async def passages(self, texts: Sequence[str], rows: Sequence[int]) -> dict[str, list[Piece]]:
        """See FullText."""
        places = orjson.dumps(rows).decode()
        return await self._ask(lambda connection: passages(connection, texts, places))

    async def standing(self, word: str, question: Question) -> str:
        """See FullText."""
        return await self._ask(lambda connection: standing(connection, word, question))

    async def begun(self, text: str, question: Question) -> list[Begun]:
        """See FullText."""
        return await self._ask(lambda connection: begun(connection, text, question))

    async def close(self) -> None:
        """See FullText."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        for threads in (self._reads, self._writes):
            threads.shutdown()
        self._reader.close()
        self._writer.close()

    async def _ask(self, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """A question of somebody, who may ask for more than there is time for."""
        end = time.monotonic() + self._limits.max_seconds
        return await self._read(lambda connection: _in_time(connection, ask, end))

    async def _read(self, ask: Callable[[sqlite3.Connection], Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._reads, ask, self._reader)
        except sqlite3.Error as error:
            raise unavailable(error) from error

    async def _write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._writes, _committed, self._writer, change)
        except sqlite3.Error as error:
            raise unavailable(error) from error


def _in_time(
    connection: sqlite3.Connection, ask: Callable[[sqlite3.Connection], Answer], end: float
) -> Answer:
    """SQLite asks whether to stop also while FTS5 reads its own tables."""
    connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    try:
        return ask(connection)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
            raise
        raise Unavailable(TOO_LONG) from error
    finally:
        connection.set_progress_handler(None, STEPS)


def _committed(
    connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], None]
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        change(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


async def open_fts5(path: Path, limits: WordsSettings) -> FullText:
    """The index in this file, empty where there is none. Raises Unavailable."""
    try:
        writer = await asyncio.to_thread(open_file, path)
        return Fts5(connect_reader(path, BUSY_SECONDS), writer, limits)
    except sqlite3.Error as error:
        raise unavailable(error) from error
