"""Repositories to be forgotten: one job each in the service's own table, done again until done.

A job is there from the event on until nothing is left, so a kill costs the step that was under way.
That the repository is gone is remembered beside it (shared.purged).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from shared.bus.events import Handler
from shared.cloudevents import Event, EventData
from shared.contracts.repositories import Repository, RepositoryPurged
from shared.errors import Problem
from shared.following import control_handlers
from shared.log import logger
from shared.projection import Projection
from shared.purged import put_purged
from shared.tables import Delete, Put

JOBS = "PURGING"
LOOK_SECONDS = 15.0
PAGE = 100
log = logger("purging")

Purge = Callable[[Repository], Awaitable[None]]


class Purging:
    """What a service does to forget a repository: `purge` removes all of it, in bounded steps.

    It may be cut short anywhere, and run by several processes at once.
    """

    def __init__(self, projection: Projection, purge: Purge) -> None:
        self.projection = projection
        self.table = projection.table
        self._purge = purge
        self._rung = asyncio.Event()

    def handlers(self) -> dict[type[EventData], Handler]:
        """What a service that follows accounts and repositories, to their end, does with events."""
        on_purged: Callable[[Event[Any]], Awaitable[None]] = self.on_purged
        return {**control_handlers(self.projection), RepositoryPurged: on_purged}

    async def on_purged(self, event: Event[RepositoryPurged]) -> None:
        """There is something to forget. Durable before the event is done with."""
        repository = event.data.repository
        uid, body = repository.repository_uid, repository.model_dump_json()
        await self.table.write(put_purged(uid), Put({"pk": JOBS, "sk": uid, "body": body}))
        self._rung.set()

    async def keep_purging(self) -> None:
        """Now, at every event, and every while, since a sibling may have died with a job."""
        while True:
            try:
                await self.purge_all()
            except Problem as problem:
                log.warning("cannot purge yet", reason=problem.detail)
            except Exception:
                log.exception("purging failed")
            try:
                await asyncio.wait_for(self._rung.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue
            self._rung.clear()

    async def purge_all(self) -> None:
        """Every job there is; one that cannot be done yet stands in the way of no other."""
        page = await self.table.query(JOBS, limit=PAGE)
        for item in page.items:
            repository = Repository.model_validate_json(item["body"])
            try:
                await self._purge(repository)
            except Problem as problem:
                log.warning("cannot purge yet", reason=problem.detail)
                continue
            await self.projection.forget(repository)
            await self.table.write(Delete(JOBS, item["sk"]))
            log.info("purged", repository=repository.repository_uid)
