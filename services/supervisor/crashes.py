"""Collects, now and then, the events that killed their handler until the server gave them up.

On a cluster `python -m infra.dead_letters collect` does the same from a timer.
"""

import asyncio

from infra.dead_letters.crashes import collect_now
from shared.errors import Unavailable
from shared.log import logger

log = logger("supervisor")
PAUSE_SECONDS = 15.0


async def collect_for_ever(url: str, key: bytes) -> None:
    """Makes dead letters of them, so that they are seen; an outage of the bus is waited out."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            for line in await collect_now(url, key):
                log.error("an event killed its handler", what=line)
        except Unavailable as problem:
            log.debug("dead letters wait for the bus", reason=problem.detail)
