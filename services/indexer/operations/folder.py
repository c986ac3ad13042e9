"""One process adds up a repository; every process is ready to."""

import asyncio
import contextlib
import time
from collections.abc import Callable

from services.indexer.models.editions import Edition
from services.indexer.operations.folding import fold, settle
from services.indexer.store.leases import LEASE_SECONDS, give_up_lease, take_lease
from services.indexer.store.sums import editions_waiting
from shared.errors import Problem
from shared.identifiers import new_uid
from shared.log import logger
from shared.tables import ConditionFailed, Table

log = logger("folder")
POLL_SECONDS = 1.0
PAUSE_SECONDS = 0.1
GATHER_SECONDS = 0.1


class Folder:
    """Adds up what waits, whenever the bell rings and at least once a second.

    Leases are short: what is not done in half of one is done in the next turn. `tell` is called
    with the uid of each repository that was added up.
    """

    def __init__(self, table: Table, tell: Callable[[str], None] = lambda _: None) -> None:
        self.table = table
        self._tell = tell
        self.holder = new_uid()
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def ring(self) -> None:
        """There is something to add up."""
        self._rung.set()

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop between two transactions."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), POLL_SECONDS)
            # What comes within a moment is added up together.
            await asyncio.sleep(GATHER_SECONDS)
            self._rung.clear()
            try:
                await self.add_up()
            except Problem as problem:
                log.info("sums wait", reason=problem.detail)
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception:
                log.exception("adding up stumbled")
                await asyncio.sleep(POLL_SECONDS)

    async def add_up(self) -> None:
        """Everything that waits, but what another process is at."""
        for edition in await editions_waiting(self.table):
            if await self.drain(edition):
                self._tell(edition.repository_uid)
            else:
                self._rung.set()
                await asyncio.sleep(PAUSE_SECONDS)

    async def drain(self, edition: Edition) -> bool:
        """All that waits of one edition; False where another process is at it."""
        if not await take_lease(self.table, edition, self.holder):
            return False
        renew_at = time.monotonic() + LEASE_SECONDS / 2
        try:
            while await fold(self.table, edition):
                if time.monotonic() > renew_at:
                    return False
            await settle(self.table, edition)
        except ConditionFailed:
            return False
        finally:
            await give_up_lease(self.table, edition, self.holder)
        return True
