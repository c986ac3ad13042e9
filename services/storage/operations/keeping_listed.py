"""Connected buckets are listed as jobs: ordered, due now and then, gone on with after a kill."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace

from services.storage.models import Relisting
from services.storage.operations.relisting import TooManyError, relist
from services.storage.operations.resources import Resources
from services.storage.store.clock import now_ms
from services.storage.store.relistings import (
    LEASE_MS,
    due_relistings,
    end_relisting,
    find_relisting,
    is_due,
    keep_relisting,
    order_relisting,
    postpone_relisting,
    take_relisting,
)
from shared.contracts.repositories import Repository, State
from shared.errors import Problem, ungrouped
from shared.log import logger
from shared.snapshots import repository_known

LOOK_SECONDS = 15.0
AGAIN_SECONDS = 300.0
# A large bucket takes hours, and stands in the way of no small one.
AT_ONCE = 8
# Of one account: whatever its buckets answer, there is room for others.
EACH_AT_ONCE = 2
UNEXPECTED = "Listing it failed unexpectedly; the log of this platform tells more."
log = logger("storage")


def _gates() -> "defaultdict[str, asyncio.Semaphore]":
    return defaultdict(lambda: asyncio.Semaphore(EACH_AT_ONCE))


class LeaseLostError(Exception):
    """Another process is at it, or it is forgotten."""


@dataclass(slots=True)
class Relistings:
    """Held while the process serves: how often a bucket is listed, and how much, how long."""

    resources: Resources
    every_seconds: float
    most_objects: int
    most_seconds: float
    rung: asyncio.Event = field(default_factory=asyncio.Event)
    _at: set[str] = field(default_factory=set)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _gates: "defaultdict[str, asyncio.Semaphore]" = field(default_factory=_gates)

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
            repository = await self._shown(one)
            if repository is not None:
                # Who waits for its own account takes nobody's turn.
                async with self._gates[repository.account_uid], self._gate:
                    await self.list_one(one)
        except Problem as problem:
            log.warning("cannot list yet", reason=problem.detail)
        except Exception:
            log.exception("listing failed", repository=one.repository_uid)
        finally:
            self._at.discard(one.repository_uid)

    async def list_one(self, one: Relisting) -> None:
        """List it, unless another process is at it, or was while this waited for its turn."""
        repository = await self._shown(one)
        now = await find_relisting(self.resources.outbox, one.repository_uid)
        if repository is not None and now is not None and is_due(now):
            await self._list(repository, now)

    async def _shown(self, one: Relisting) -> Repository | None:
        """Until its event is heard, or for good once it is purged, there is nothing to list."""
        repository = await repository_known(self.resources.outbox.table, one.repository_uid)
        is_shown = repository is not None and repository.state is not State.DELETED
        return repository if is_shown else None

    async def _list(self, repository: Repository, one: Relisting) -> None:
        outbox, holder = self.resources.outbox, self.resources.blobs.process
        uid, said = one.repository_uid, now_ms() + int(self.again_seconds * 1000)
        if not await take_relisting(outbox, uid, holder, due=said):
            return
        try:
            ended, is_over = await self._leased(repository, one)
        except LeaseLostError:
            return
        if is_over:
            due = now_ms() + int(self.every_seconds * 1000)
            await postpone_relisting(outbox, uid, said=said, due=due)
        await end_relisting(outbox, holder, ended)
        log.info("listed", repository=uid, objects=ended.objects, error=ended.error)

    @property
    def again_seconds(self) -> float:
        """How soon it is tried again where it failed."""
        return min(AGAIN_SECONDS, self.every_seconds)

    async def _leased(self, repository: Repository, one: Relisting) -> tuple[Relisting, bool]:
        """As _listed, while the lease is kept. Raises LeaseLostError, and Unavailable."""
        with ungrouped(Exception):
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(self._keep(one.repository_uid))
                try:
                    return await self._listed(repository, one)
                finally:
                    keeping.cancel()

    async def _keep(self, uid: str) -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 4000)
            if not await keep_relisting(self.resources.outbox, uid, self.resources.blobs.process):
                raise LeaseLostError

    async def _listed(self, repository: Repository, one: Relisting) -> tuple[Relisting, bool]:
        """What came of it, and whether another try would soon come to the same."""
        try:
            async with asyncio.timeout(self.most_seconds):
                seen = await relist(self.resources, repository, most=self.most_objects)
        except Problem as problem:
            return replace(one, error=problem.detail), False
        except TooManyError:
            return replace(one, error=f"It holds more than {self.most_objects} objects."), True
        except TimeoutError:
            return replace(one, error=f"It took more than {self.most_seconds:g} seconds."), True
        except Exception:
            # Somebody else's server answers: whatever it is, its maintainers are told.
            log.exception("listing failed", repository=one.repository_uid)
            return replace(one, error=UNEXPECTED), False
        ended = replace(one, listed=now_ms(), objects=seen.objects, skipped=seen.skipped, error="")
        return ended, True
