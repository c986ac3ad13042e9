"""Work that is done whole although nobody waits for it any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")


async def to_the_end(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Do the work although who asked goes away: half of it must never stay."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
