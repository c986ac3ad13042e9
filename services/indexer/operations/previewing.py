"""What a file shows of itself: read when somebody looks at it, and not kept."""

import asyncio
from collections.abc import Awaitable, Callable

from services.indexer.models.stored import Stored
from services.indexer.models.superseded import Superseded
from shared.contracts.indexer import FilePreview
from shared.errors import Unavailable

# Who waits in line holds nothing of the file yet, and may have gone when it would be its turn.
MOST_AT_ONCE = 48
LINE_SECONDS = 8.0
BUSY = "Many files are being looked at at the moment; try again in a while."
REPLACED = "It is being replaced at the moment."


class Previewing:
    """Reads `at_once` objects with `show`, which raises Superseded where one is another by now.

    Who asks for what is being read, or in line, gets that same answer.
    """

    def __init__(self, show: Callable[[Stored], Awaitable[FilePreview]], at_once: int) -> None:
        self._show = show
        self._places = asyncio.Semaphore(at_once)
        self._asked: dict[tuple[str, int], asyncio.Task[FilePreview]] = {}

    async def preview(self, stored: Stored) -> FilePreview:
        """Of one object. Raises Unavailable where too many are asked for, or it cannot be read."""
        state = (stored.object_uid, stored.version)
        if state not in self._asked:
            if len(self._asked) >= MOST_AT_ONCE:
                raise Unavailable(BUSY)
            self._begin(state, stored)
        # Who asked first may go away; those who wait beside still want to know.
        return await asyncio.shield(self._asked[state])

    def _begin(self, state: tuple[str, int], stored: Stored) -> None:
        def end(task: asyncio.Task[FilePreview]) -> None:
            del self._asked[state]
            if not task.cancelled():
                # A failure that nobody waits for any more is no news for the log.
                task.exception()

        self._asked[state] = asyncio.create_task(self._read(stored))
        self._asked[state].add_done_callback(end)

    async def _read(self, stored: Stored) -> FilePreview:
        try:
            async with asyncio.timeout(LINE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable(BUSY) from None
        try:
            return await self._show(stored)
        except Superseded:
            raise Unavailable(REPLACED) from None
        finally:
            self._places.release()
