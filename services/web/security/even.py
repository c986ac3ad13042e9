"""Answers that take equally long, whatever was found out on the way."""

import asyncio
import time


class Even:
    """Made before the work; `settle` waits until the next whole step of time since then."""

    def __init__(self, step_seconds: float) -> None:
        self.step_seconds = step_seconds
        self.started = time.monotonic()

    async def settle(self) -> None:
        """However long it took within a step, it took a step."""
        if self.step_seconds:
            taken = time.monotonic() - self.started
            await asyncio.sleep(self.step_seconds - taken % self.step_seconds)
