"""What a file shows of itself: read when somebody looks at it, and not kept."""

from collections.abc import Awaitable, Callable

from services.indexer.models.stored import Stored
from services.indexer.models.superseded import Superseded
from shared.contracts.indexer import FilePreview
from shared.errors import Unavailable

# Those who wait hold what was read of their files in memory.
MOST_AT_ONCE = 16
BUSY = "Many files are being looked at at the moment; try again in a while."
REPLACED = "It is being replaced at the moment."


class Previewing:
    """Reads with `show`, which raises Superseded where the object is another by now."""

    def __init__(self, show: Callable[[Stored], Awaitable[FilePreview]]) -> None:
        self._show = show
        self._asked = 0

    async def preview(self, stored: Stored) -> FilePreview:
        """Of one object. Raises Unavailable where too many are asked for, or it cannot be read."""
        if self._asked >= MOST_AT_ONCE:
            raise Unavailable(BUSY)
        self._asked += 1
        try:
            return await self._show(stored)
        except Superseded:
            return FilePreview(reason=REPLACED)
        finally:
            self._asked -= 1
