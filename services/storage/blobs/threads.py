"""Blocking calls off the loop; a full disk becomes the problem it is."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from errno import EDQUOT, EFBIG, ENOSPC
from typing import TypeVar

from shared.errors import Unavailable

Outcome = TypeVar("Outcome")
FULL = frozenset({ENOSPC, EDQUOT, EFBIG})
NO_ROOM = "There is no room left to store this."


async def in_thread(pool: Executor, function: Callable[[], Outcome]) -> Outcome:
    """What the function returns. Raises Unavailable when the disk takes no more."""
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, function)
    except OSError as error:
        if error.errno in FULL:
            raise Unavailable(NO_ROOM) from error
        raise
