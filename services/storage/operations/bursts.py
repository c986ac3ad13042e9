"""Marks of repositories that this process writes to.

A crash between giving a file its name and writing its record leaves the two different. The mark is
durable before the first file of a burst is named; it goes when the burst has been over for a while.
Whoever finds the mark of a dead process looks at the repository anew.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.storage.blobs.port import Folder
from services.storage.models import DirtyMark
from services.storage.store.figures import fold
from services.storage.store.marks import clear_mark, mark_dirty
from shared.errors import Problem
from shared.identifiers import new_uid
from shared.log import logger
from shared.outbox import Outbox

QUIET_SECONDS = 10.0
LOOK_SECONDS = 1.0
LONGEST_WRITE_SECONDS = 5.0
log = logger("storage")


class Burst:
    """The writes to one repository that share a mark."""

    def __init__(self, marking: "asyncio.Task[None]", name: str) -> None:
        self.marking = marking
        self.name = name
        self.writers = 0
        self.active_at = time.monotonic()

    def is_over(self) -> bool:
        """Whether nobody has written for a while."""
        return not self.writers and time.monotonic() - self.active_at > QUIET_SECONDS


class Bursts:
    """The bursts of this process."""

    def __init__(self, outbox: Outbox, process: str) -> None:
        self.outbox = outbox
        self.process = process
        self._bursts: dict[str, Burst] = {}
        self._tidying: asyncio.Task[None] | None = None
        self._writers = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def start(self) -> None:
        """Begin to clear marks."""
        self._tidying = asyncio.create_task(self._tidy())

    async def stop(self) -> None:
        """Wait for the writes that are under way, then clear all marks."""
        if self._tidying is not None:
            self._tidying.cancel()
            with suppress(asyncio.CancelledError):
                await self._tidying
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), LONGEST_WRITE_SECONDS)
        for uid, burst in list(self._bursts.items()):
            if not burst.writers:
                await self._count(uid)
                await self._clear(uid, burst)

    @asynccontextmanager
    async def writing(self, folder: Folder) -> AsyncIterator[None]:
        """The mark of this repository is durable as long as this is entered."""
        burst = self._bursts.get(folder.repository_uid)
        if burst is None:
            burst = self._begin(folder)
        burst.writers += 1
        self._writers += 1
        self._idle.clear()
        try:
            await self._marked(folder, burst)
            yield
        finally:
            burst.writers -= 1
            self._writers -= 1
            if not self._writers:
                self._idle.set()
            burst.active_at = time.monotonic()

    def _begin(self, folder: Folder) -> Burst:
        name = new_uid()
        mark = DirtyMark(
            folder.account_id, folder.repository_id, folder.repository_uid, self.process, name
        )
        burst = Burst(asyncio.create_task(mark_dirty(self.outbox, mark)), name)
        self._bursts[folder.repository_uid] = burst
        return burst

    async def _marked(self, folder: Folder, burst: Burst) -> None:
        if burst.marking.done() and not burst.marking.exception():
            return
        try:
            await asyncio.shield(burst.marking)
        except Problem:
            if self._bursts.get(folder.repository_uid) is burst:
                del self._bursts[folder.repository_uid]
            raise

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for uid, burst in list(self._bursts.items()):
                await self._count(uid)
                if burst.is_over():
                    await self._clear(uid, burst)

    async def _count(self, uid: str) -> None:
        """What was written is counted in; what cannot be now is with the next."""
        try:
            await fold(self.outbox, uid)
        except Problem as problem:
            log.info("figures wait", reason=problem.detail)

    async def _clear(self, uid: str, burst: Burst) -> None:
        # Out of sight first: who writes from now on makes a mark of its own.
        del self._bursts[uid]
        try:
            await clear_mark(self.outbox, burst.name)
        except Problem as problem:
            log.info("a mark stays", reason=problem.detail)
