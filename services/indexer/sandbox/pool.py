"""Our side of the sandbox: several files at once, each to an outcome, never to an exception."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

from services.indexer.extractors.content import described
from services.indexer.extractors.facts import Facts
from services.indexer.extractors.sparse_file import OutOfBytes
from services.indexer.sandbox.reading import (
    Fetch,
    Find,
    OverBudget,
    Reading,
    Source,
    find_none,
)
from services.indexer.sandbox.wire import FACTS, PREVIEW
from services.indexer.sandbox.worker import Nursery, Worker, WorkerLost
from services.indexer.settings import BudgetSettings
from shared.contracts.indexer import FilePreview
from shared.errors import Unavailable
from shared.log import logger

log = logger("sandbox")

SENSIBLE = TypeAdapter(Facts)
# What a worker says that is not done yet.
ASKS = frozenset({"need", "files"})
# A worker may be lost for reasons that are not the file's, so a file gets a second one.
TRIES = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `facts` are there in any case: at least what kind of file it is.

    `read`: all that could be known; `partial`: a part, `reason` says why; `failed`: `reason` says
    what is wrong with it, in words for the person who sent it.
    """

    status: Literal["read", "partial", "failed"]
    facts: Facts
    reason: str = ""
    requests: int = 0
    bytes_read: int = 0
    seconds: float = 0.0


class Sandbox:
    """Workers of a nursery, held open: `async with Sandbox(settings, nursery) as sandbox`."""

    def __init__(self, settings: BudgetSettings, nursery: Nursery) -> None:
        self.settings = settings
        self.is_isolated: bool | None = None
        self._nursery = nursery
        self._places: asyncio.LifoQueue[Worker | None] = asyncio.LifoQueue()

    async def __aenter__(self) -> Self:
        for _ in range(self.settings.workers):
            self._places.put_nowait(None)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while not self._places.empty():
            worker = self._places.get_nowait()
            if worker is not None:
                await worker.close()

    async def parse(self, name: str, size: int, fetch: Fetch, find: Find = find_none) -> Outcome:
        """Read a file called `name` of `size` bytes; `fetch(start, end)` gets its bytes.

        `find(names)` tells which other files there are. Raises what these raise, and Unavailable
        where no worker can be had; whatever the file does is an outcome.
        """
        reading = Reading(Source(name, size, fetch), find, self.settings)
        return self._outcome(reading, *await self._read(reading))

    async def preview(self, name: str, size: int, fetch: Fetch) -> FilePreview:
        """What such a file shows of itself, or why nothing.

        Raises what `parse` raises, and Unavailable where its bytes came too slowly.
        """
        reading = Reading(Source(name, size, fetch), find_none, self.settings, PREVIEW)
        reply, over = await self._read(reading)
        if PREVIEW not in reply and reading.is_late:
            raise Unavailable(over)
        if PREVIEW not in reply:
            return FilePreview(reason=_reason(reply, over))
        try:
            return FilePreview.model_validate(reply[PREVIEW])
        except ValidationError:
            return FilePreview(reason="Reading it gave nothing sensible.")

    async def _read(self, reading: Reading) -> tuple[dict[str, Any], str]:
        """What a worker says in the end, empty where none does; and why it is not all."""
        try:
            await reading.begin()
        except OverBudget as over:
            return {}, str(over)
        for _ in range(TRIES):
            try:
                async with self._worker() as worker:
                    return await self._converse(worker, reading)
            except WorkerLost as lost:
                seconds = self._nursery.limits.parse_seconds
                if lost.seconds >= seconds:
                    return {}, f"Reading it took longer than {seconds:g} s."
        return {}, "Reading it crashed the reader."

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[Worker]:
        """A worker for one file; it goes back if it is whole, else another takes its place."""
        worker = await self._places.get()
        try:
            if worker is None:
                worker = await self._fork()
            worker.parses += 1
            yield worker
        finally:
            if worker is not None and self._is_spent(worker):
                await worker.close()
                worker = None
            self._places.put_nowait(worker)

    async def _fork(self) -> Worker:
        for _ in range(TRIES):
            try:
                worker = await self._nursery.fork()
            except WorkerLost:
                continue
            if self.is_isolated is None and not worker.is_isolated:
                log.warning("this kernel lets parsers reach the network or files of ours")
            self.is_isolated = worker.is_isolated
            return worker
        raise Unavailable("The process that reads files does not start.")

    def _is_spent(self, worker: Worker) -> bool:
        return worker.is_busy or worker.parses >= self.settings.parses_per_worker

    async def _converse(self, worker: Worker, reading: Reading) -> tuple[dict[str, Any], str]:
        """Ask until it needs nothing more, or may have nothing more."""
        seconds = self._nursery.limits.parse_seconds
        reply = await worker.ask(*reading.opening(), seconds)
        while not ASKS.isdisjoint(reply):
            try:
                more = await reading.answer(reply)
            except OverBudget as over:
                return await worker.ask({"is_final": True}, b"", seconds), str(over)
            reply = await worker.ask(*more, seconds)
        return reply, ""

    def _outcome(self, reading: Reading, reply: dict[str, Any], over: str) -> Outcome:
        if FACTS not in reply:
            return self._failed(reading, _reason(reply, over))
        try:
            facts = SENSIBLE.validate_python(reply[FACTS])
        except ValidationError:
            return self._failed(reading, "Reading it gave no sensible facts.")
        reason = facts.partial or over
        return Outcome(
            "partial" if reason else "read",
            facts,
            reason,
            reading.requests,
            reading.bytes_read,
            reading.seconds,
        )

    def _failed(self, reading: Reading, reason: str) -> Outcome:
        try:
            facts = described(reading.file())
        except OutOfBytes:
            facts = Facts("Unknown", "application/octet-stream", "Unknown")
        return Outcome(
            "failed", facts, reason, reading.requests, reading.bytes_read, reading.seconds
        )


def _reason(reply: dict[str, Any], over: str) -> str:
    """Why there is nothing of a file."""
    return str(reply.get("failed", ""))[:1000] or over or "It could not be read."
