"""Tables of items follow their collections, late enough that many changes cost one of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

from services.indexer.operations.mirroring import differing
from services.indexer.sandbox.mirroring import Unmirrored
from shared.errors import Problem
from shared.log import logger
from shared.snapshots import all_repositories
from shared.tables import Table

log = logger("mirrors")
LOOK_SECONDS = 600.0
RETRY_SECONDS = 5.0
# It rests so many times as long as the last took, so that no collection has a process to itself.
REST = 9.0
CHUNK = 100


class Mirrors:
    """Makes tables of what was marked, one at a time, and now and then of all that differ.

    `make` is Mirroring.make.
    """

    def __init__(
        self,
        table: Table,
        data_url: str,
        make: Callable[[str], Awaitable[bool]],
        lag_seconds: float,
    ) -> None:
        self._table, self._data_url = table, data_url
        self._make = make
        self._lag = lag_seconds
        self._due: dict[str, float] = {}
        self._rested: dict[str, float] = {}
        self._rung = asyncio.Event()
        self._look_at = 0.0

    def mark(self, repository_uid: str) -> None:
        """Its items, or its name, may be others."""
        if repository_uid not in self._due:
            rested = self._rested.pop(repository_uid, 0.0)
            self._due[repository_uid] = max(time.monotonic() + self._lag, rested)
            self._rung.set()

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            self._rung.clear()
            if time.monotonic() >= self._look_at:
                self._look_at = time.monotonic() + await self._tried_to_look()
            await self.make_due()
            next_at = min([self._look_at, *self._due.values()])
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), max(next_at - time.monotonic(), 0))

    async def make_due(self) -> None:
        """All tables whose time has come."""
        now = time.monotonic()
        for repository_uid in [uid for uid, due in self._due.items() if due <= now]:
            del self._due[repository_uid]
            start = time.monotonic()
            if not await self._tried(repository_uid):
                self.mark(repository_uid)
            rest = (time.monotonic() - start) * REST
            if rest > self._lag:
                self._rested[repository_uid] = time.monotonic() + rest

    async def look(self) -> None:
        """Mark all that differ."""
        chunk = list[str]()
        async with aclosing(all_repositories(self._table)) as repositories:
            async for repository in repositories:
                chunk.append(repository.repository_uid)
                if len(chunk) == CHUNK:
                    await self._mark_differing(chunk)
                    chunk = []
        await self._mark_differing(chunk)

    async def _mark_differing(self, repository_uids: list[str]) -> None:
        for uid in await differing(self._table, repository_uids, self._data_url):
            self.mark(uid)

    async def _tried_to_look(self) -> float:
        """In how many seconds to look again."""
        try:
            await self.look()
        except Problem as problem:
            log.info("tables of items wait", reason=problem.detail)
            return RETRY_SECONDS
        return LOOK_SECONDS

    async def _tried(self, repository_uid: str) -> bool:
        """Whether nothing is left to be done until it changes again."""
        try:
            return await self._make(repository_uid)
        except Unmirrored as refusal:
            log.info("no table of items", repository=repository_uid, reason=str(refusal))
            return True
        except Problem as problem:
            log.info("a table of items waits", repository=repository_uid, reason=problem.detail)
            return False
