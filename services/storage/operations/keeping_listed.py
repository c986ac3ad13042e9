"""Connected buckets are listed as jobs: ordered, due now and then, gone on with after a kill."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace

from services.storage.models import Relisting
from services.storage.operations.relisting import Told, TooManyError, relist
from services.storage.operations.resources import Resources
from services.storage.store.relistings import (
    LEASE_MS,
    due_relistings,
    end_relisting,
    keep_relisting,
    now_ms,
    order_relisting,
    postpone_relisting,
    take_relisting,
)
from shared.contracts.repositories import Repository, State
from shared.errors import Problem
from shared.log import logger
from shared.snapshots import repository_known

LOOK_SECONDS = 15.0
AGAIN_SECONDS = 300.0
# A large bucket takes hours, and stands in the way of no small one.
AT_ONCE = 8
log = logger("storage")


class LeaseLostError(Exception):
    """Another process is at it, or it is forgotten."""


@dataclass(slots=True)
class Relistings:
    """Held while the process serves: how often a bucket is listed, and how much of it at most."""

    resources: Resources
    every_seconds: float
    most_objects: int
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    _at: set[str] = field(default_factory=set)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def order(self, repository: Repository) -> None:
        """It is listed soon. Durable when this is done."""
        await order_relisting(self.resources.outbox, repository.repository_uid)
        self.rung.set()

    async def keep_listing(self) -> None:
        """Now, at every order, and every while, since a sibling may have died at it."""
        async with asyncio.TaskGroup() as group:
            while True:
                for one in await self._due():
                    self._at.add(one.repository_uid)
                    group.create_task(self._attempt(one))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.rung.wait(), LOOK_SECONDS)
                self.rung.clear()

    async def _due(self) -> list[Relisting]:
        try:
            due = await due_relistings(self.resources.outbox)
        except Problem as problem:
            log.warning("cannot list yet", reason=problem.detail)
            return []
        return [one for one in due if one.repository_uid not in self._at]

    async def _attempt(self, one: Relisting) -> None:
        """Whatever comes of it: what broke off is due again when its lease has run out."""
        try:
            async with self._gate:
                await self.list_one(one)
        except Problem as problem:
            log.warning("cannot list yet", reason=problem.detail)
        except Exception:
            log.exception("listing failed", repository=one.repository_uid)
        finally:
            self._at.discard(one.repository_uid)

    async def list_one(self, one: Relisting) -> None:
        """List it, unless another process is at it."""
        repository = await repository_known(self.resources.outbox.table, one.repository_uid)
        # Until its event is heard, or for good once it is purged, there is nothing to list.
        if repository is not None and repository.state is not State.DELETED:
            await self._list(repository, one)

    async def _list(self, repository: Repository, one: Relisting) -> None:
        outbox, holder = self.resources.outbox, self.resources.blobs.process
        uid, said = one.repository_uid, now_ms() + int(self.again_seconds * 1000)
        if not await take_relisting(outbox, uid, holder, due=said):
            return
        try:
            ended = await self._listed(repository, one)
        except LeaseLostError:
            return
        if not ended.error:
            due = now_ms() + int(self.every_seconds * 1000)
            await postpone_relisting(outbox, uid, said=said, due=due)
        await end_relisting(outbox, holder, ended)
        log.info("listed", repository=uid, objects=ended.objects, error=ended.error)

    @property
    def again_seconds(self) -> float:
        """How soon it is tried again where it failed."""
        return min(AGAIN_SECONDS, self.every_seconds)

    async def _listed(self, repository: Repository, one: Relisting) -> Relisting:
        """What came of it."""
        try:
            seen = await relist(
                self.resources, repository, self._going(repository), most=self.most_objects
            )
        except Problem as problem:
            return replace(one, error=problem.detail)
        except TooManyError:
            return replace(one, error=f"It holds more than {self.most_objects} objects.")
        return replace(one, listed=now_ms(), objects=seen.objects, skipped=seen.skipped, error="")

    def _going(self, repository: Repository) -> Told:
        """What keeps the lease while it goes on. Raises LeaseLostError."""
        outbox, holder = self.resources.outbox, self.resources.blobs.process
        uid, kept = repository.repository_uid, now_ms()

        async def told() -> None:
            nonlocal kept
            if now_ms() - kept < LEASE_MS // 4:
                return
            if not await keep_relisting(outbox, uid, holder):
                raise LeaseLostError
            kept = now_ms()

        return told
