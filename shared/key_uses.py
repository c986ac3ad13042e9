"""When access keys were last used: noted in memory, told to accounts now and then."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from shared.bus import Bus
from shared.contracts.accounts import NoteKeyUse
from shared.contracts.base import Actor
from shared.errors import Problem

TELL_SECONDS = 30.0
AT_ONCE = 1000


class KeyUses:
    """The keys that were used since accounts was last told."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def note(self, access_key_id: str) -> None:
        """It was used just now; for every request, so nothing is done but this."""
        self._used.add(access_key_id)

    async def tell(self, bus: Bus) -> None:
        """Tell accounts. What it could not be told is told the next time."""
        told = sorted(self._used)[:AT_ONCE]
        if not told:
            return
        asker, moment = Actor(kind="service", service=bus.service), datetime.now(UTC)
        self._used.difference_update(told)
        try:
            await bus.request(NoteKeyUse(actor=asker, used=dict.fromkeys(told, moment)))
        except Problem:
            self._used.update(told)


@asynccontextmanager
async def telling(uses: KeyUses, bus: Bus, *, seconds: float = TELL_SECONDS) -> AsyncIterator[None]:
    """Tell of them every so many seconds."""

    async def keep_telling() -> None:
        while True:
            await asyncio.sleep(seconds)
            await uses.tell(bus)

    task = asyncio.create_task(keep_telling())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
