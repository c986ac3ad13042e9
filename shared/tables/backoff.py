"""Trying again what another try may mend: throttling and transactions that met."""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from random import random
from typing import TypeVar

from shared.errors import Unavailable

T = TypeVar("T")
ATTEMPTS = 9
FIRST_SECONDS, LONGEST_SECONDS = 0.02, 1.0


class Busy(Exception):
    """Nothing was done, or doing it twice is harmless: try again in a moment."""


async def retried(attempt: Callable[[], Awaitable[T]], first_seconds: float = FIRST_SECONDS) -> T:
    """The first answer that is not Busy; Unavailable after nine, within four seconds of waiting.

    Full jitter: a random part of a wait that doubles, so that those who met do not meet again.
    """
    busy = Busy()
    for number in range(ATTEMPTS):
        try:
            return await attempt()
        except Busy as again:
            busy = again
            longest = min(LONGEST_SECONDS, first_seconds * 2**number)
            await sleep(random() * longest)  # noqa: S311 - no secret
    raise Unavailable("The records are asked for more than they can give; try again") from busy
