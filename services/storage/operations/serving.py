"""That a process serves the primary is known to whoever would make another back end the primary."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.storage.operations.resources import Resources
from services.storage.store.mirrors import Primary, be_left, be_served, find_primary
from shared.errors import Conflict, Problem
from shared.log import logger

KEEP_SECONDS = 5.0
log = logger("storage")


@asynccontextmanager
async def serving(resources: Resources) -> AsyncIterator[None]:
    """Known as long as it is entered. Raises Conflict where the primary became another meanwhile.

    Without mirrors there is nothing that could.
    """
    if not resources.mirrors:
        yield
        return
    outbox, process = resources.outbox, resources.blobs.process
    primary = await find_primary(outbox)
    await be_served(outbox, process)
    # Who promotes says so first and looks afterwards: one of the two sees the other.
    if primary.heir or await find_primary(outbox) != primary:
        await be_left(outbox, process)
        raise Conflict("Another back end is being made the primary.")
    keeping = asyncio.create_task(_keep(resources, primary))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        try:
            await be_left(outbox, process)
        except Problem as problem:
            log.info("that nobody serves any more is told by time", reason=problem.detail)


async def _keep(resources: Resources, primary: Primary) -> None:
    """Who stood still for so long that the primary is another by now ends, to begin anew."""
    while True:
        await asyncio.sleep(KEEP_SECONDS)
        try:
            await be_served(resources.outbox, resources.blobs.process)
            now = await find_primary(resources.outbox)
        except Problem as problem:
            log.info("what is the primary cannot be told yet", reason=problem.detail)
            continue
        if now != primary:
            log.error("another back end is the primary by now", primary=now.name)
            signal.raise_signal(signal.SIGTERM)
            return
