"""What one call may cost, in rows and in seconds, and that others get their turn meanwhile."""

import asyncio
from time import monotonic

TURN_SECONDS = 0.01


class Budget:
    """Counts from when it is made."""

    def __init__(self, rows: int, seconds: float) -> None:
        self._rows = rows
        self._turn = monotonic()
        self._end = self._turn + seconds

    @property
    def rows(self) -> int:
        """How many are left, if any."""
        return self._rows

    async def is_spent(self, rows: int = 1) -> bool:
        """Asked after each row, or after some."""
        self._rows -= rows
        now = monotonic()
        if now - self._turn > TURN_SECONDS:
            await asyncio.sleep(0)
            self._turn = monotonic()
        return self._rows <= 0 or now >= self._end
