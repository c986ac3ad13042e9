"""Of what is slow each caller gets a little at once, so that nobody waits for all of another's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.errors import TooManyRequests


@dataclass
class _Line:
    """Of one caller; `length` counts whoever waits and whoever has a place."""

    places: asyncio.Semaphore
    length: int = 0


class Turns:
    """`at_once` things of a caller are done, the others wait in line: `most` in all."""

    def __init__(self, *, at_once: int, most: int) -> None:
        self.at_once = at_once
        self.most = most
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Entered when it is this caller's turn. TooManyRequests where the line is too long."""
        line = self._lines.setdefault(name, _Line(asyncio.Semaphore(self.at_once)))
        if line.length >= self.most:
            raise TooManyRequests("You are waiting for too much already.")
        line.length += 1
        try:
            async with line.places:
                yield
        finally:
            line.length -= 1
            if not line.length:
                del self._lines[name]
