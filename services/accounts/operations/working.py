"""Does what was ordered, again and again until it is done; any process may be killed meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from services.accounts.store.jobs import Job, JobKind, done, postponed, taken
from shared.errors import Problem
from shared.log import correlated, logger
from shared.outbox import Outbox

log = logger("jobs")
LOOK_SECONDS = 1.0

Work = Callable[[Job], Awaitable[None]]
Works = Mapping[JobKind, Work]


async def keep_working(outbox: Outbox, works: Works) -> None:
    """Look for what is due, for ever."""
    while True:
        try:
            busy = await work_once(outbox, works)
        except Problem as problem:
            busy = 0
            log.warning("cannot look for jobs", reason=problem.detail)
        if not busy:
            await asyncio.sleep(LOOK_SECONDS)


async def work_once(outbox: Outbox, works: Works) -> int:
    """Do some of what is due; how many were tried."""
    jobs = await taken(outbox)
    await asyncio.gather(*(_try(outbox, works, job) for job in jobs))
    return len(jobs)


async def _try(outbox: Outbox, works: Works, job: Job) -> None:
    with correlated():
        try:
            await works[JobKind(job.kind)](job)
        except Problem as problem:
            later = await postponed(outbox, job)
            log.warning("job waits", job=job.name, reason=problem.detail, until=later.due_at)
        except Exception:
            await postponed(outbox, job)
            log.exception("job failed", job=job.name)
        else:
            await done(outbox, job)
