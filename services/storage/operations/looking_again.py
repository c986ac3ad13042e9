"""Objects of connected buckets looked at anew, when their readers came across others.

One after another for each account: a bucket that does not answer holds up its owner's alone.
"""

import asyncio

from services.storage.operations.relisting import look_again
from services.storage.operations.resources import Resources
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.log import logger

log = logger("storage")


async def keep_looking(resources: Resources) -> None:
    """At whatever waits, all accounts at once."""
    stale, at = resources.stale, set[str]()
    async with asyncio.TaskGroup() as group:
        while True:
            await stale.rung.wait()
            stale.rung.clear()
            for account_uid in stale.accounts() - at:
                at.add(account_uid)
                group.create_task(_look_at_all(resources, account_uid, at))


async def _look_at_all(resources: Resources, account_uid: str, at: set[str]) -> None:
    while (first := resources.stale.first(account_uid)) is not None:
        await _look(resources, *first)
        resources.stale.done(*first)
    # Nothing can have been added since the last look, so none is forgotten.
    at.discard(account_uid)


async def _look(resources: Resources, repository: Repository, key: str) -> None:
    try:
        await look_again(resources, repository, key)
    except Problem as problem:
        log.warning("cannot look again yet", reason=problem.detail)
    except TimeoutError:
        log.warning("cannot look again yet", reason="Its bucket does not answer.")
    except Exception:
        log.exception("looking again failed", repository=repository.repository_uid)
