"""All stored bytes read again, round after round, slowly: rot is found before it is asked for.

One process at a time is at it. How far it is is written down every few seconds, so whoever goes on
after a restart or a kill reads little twice, at most one object from its beginning. What is found
is noted and told; nothing is mended or removed, since only an operator knows where good bytes are.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from services.storage.models import FAULT_KINDS, Fault, ObjectRecord, Scrub
from services.storage.operations.backed_up import Pace
from services.storage.operations.faults import (
    find_fault,
    is_folder_lost,
    lose_fault,
    settle_faults,
)
from services.storage.operations.resources import Resources
from services.storage.operations.verifying import bytes_id, outcome_of
from services.storage.store.clock import now_ms
from services.storage.store.faults import all_faults
from services.storage.store.objects import objects_in
from services.storage.store.scrubs import (
    find_scrub,
    first_scrub,
    keep_scrub,
    leave_scrub,
    take_scrub,
)
from services.storage.store.versions import all_versions
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.log import logger
from shared.outbox import Outbox
from shared.snapshots import all_repositories
from shared.telemetry import scrub_bytes, scrub_ended, scrub_faults, scrub_objects

LOOK_SECONDS = 15.0
SETTLE_SECONDS = 60.0
KEEP_SECONDS = 5.0
# What an object costs beside its bytes, however small it is: a disk has to move.
OBJECT_BYTES = 16 * 1024
log = logger("storage")


@dataclass(slots=True)
class Scrubbing:
    """A round that this process is at; `bytes_per_second` 0: as fast as it goes."""

    resources: Resources
    scrub: Scrub
    bytes_per_second: int
    pace: Pace = field(default_factory=Pace)
    kept_at: float = 0.0

    async def read(self, size: int) -> None:
        """So many bytes were read: wait as long as they may take, and keep the lease meanwhile."""
        scrub_bytes.inc(size)
        await self.cost(size)

    async def cost(self, size: int) -> None:
        """The same of what is as much work."""
        while size > 0:
            some = min(size, self.bytes_per_second or size)
            await self.pace.wait(some)
            size -= some
            if time.monotonic() - self.kept_at > KEEP_SECONDS:
                await self.keep()

    async def keep(self) -> None:
        """Write down how far it is. Raises ConditionFailed where another process is at it."""
        await keep_scrub(self.resources.outbox, self.resources.blobs.process, self.scrub)
        self.kept_at = time.monotonic()


async def scrub_all(resources: Resources, bytes_per_second: int) -> Scrub | None:
    """Begin a round, or go on with one that was cut short; None while another process is at it.

    Raises Problem where it cannot go on for now; it is gone on with from there.
    """
    outbox, holder = resources.outbox, resources.blobs.process
    scrub = await take_scrub(outbox, holder)
    if scrub is None:
        return None
    if not scrub.is_under_way:
        scrub = Scrub(first_ms=scrub.first_ms, began_ms=now_ms(), ended_ms=scrub.ended_ms)
    scrubbing = Scrubbing(resources, scrub, bytes_per_second, Pace(bytes_per_second))
    try:
        await _go_through(scrubbing)
        scrubbing.scrub = replace(scrubbing.scrub, ended_ms=max(now_ms(), scrub.began_ms))
    finally:
        await leave_scrub(outbox, holder, scrubbing.scrub)
    done = scrubbing.scrub
    log.info("scrubbed", objects=done.objects, size=done.size, faults=done.faults)
    return done


async def _go_through(scrubbing: Scrubbing) -> None:
    await scrubbing.keep()
    start = scrubbing.scrub.repository_uid
    async for repository in all_repositories(scrubbing.resources.outbox.table, start):
        uid = repository.repository_uid
        if uid != scrubbing.scrub.repository_uid:
            scrubbing.scrub = replace(
                scrubbing.scrub, repository_uid=uid, is_in_versions=False, key="", stamp=0
            )
        await _scrub_repository(scrubbing, repository)
    await settle_faults(scrubbing.resources)


async def _scrub_repository(scrubbing: Scrubbing, repository: Repository) -> None:
    """What is left of it. Were its disk not there, each of its objects would be a fault."""
    resources, uid = scrubbing.resources, repository.repository_uid
    if repository.connection_uid:
        # Bytes of others are theirs to look after.
        return
    if await is_folder_lost(resources, repository):
        await find_fault(resources, repository, None, "missing")
        scrubbing.scrub = replace(scrubbing.scrub, faults=scrubbing.scrub.faults + 1)
        return
    known = [fault async for fault in all_faults(resources.outbox, uid)]
    known_by = {(fault.key, fault.bytes_id): fault for fault in known}
    if not scrubbing.scrub.is_in_versions:
        async for record in _objects_after(resources.outbox, uid, scrubbing.scrub.key):
            await _scrub_object(scrubbing, repository, record, known_by)
        scrubbing.scrub = replace(scrubbing.scrub, is_in_versions=True, key="", stamp=0)
    after = scrubbing.scrub.key, scrubbing.scrub.stamp
    async for record in all_versions(resources.outbox, uid, after):
        if not record.is_marker:
            await _scrub_object(scrubbing, repository, record, known_by)


async def _objects_after(
    outbox: Outbox, repository_uid: str, key: str
) -> AsyncIterator[ObjectRecord]:
    async for records in objects_in(outbox, repository_uid, start=key):
        for record in records:
            if record.key != key:
                yield record


async def _scrub_object(
    scrubbing: Scrubbing,
    repository: Repository,
    record: ObjectRecord,
    known: dict[tuple[str, str], Fault],
) -> None:
    """Read one object or version, and note what comes of it."""
    resources, scrub = scrubbing.resources, scrubbing.scrub
    await scrubbing.cost(OBJECT_BYTES)
    outcome = await outcome_of(resources, repository, record, scrubbing.read)
    scrub_objects.labels(outcome).inc()
    found = known.get((record.key, bytes_id(resources, record)))
    if outcome == "well":
        if found is not None:
            await lose_fault(resources, found)
    elif outcome != "changed":
        await find_fault(resources, repository, record, outcome)
    scrubbing.scrub = replace(
        scrub,
        key=record.key,
        stamp=record.stamp,
        objects=scrub.objects + 1,
        size=scrub.size + record.size,
        faults=scrub.faults + (outcome in FAULT_KINDS),
    )


async def is_due(outbox: Outbox, pause_seconds: float) -> bool:
    """Whether a round is to begin or to go on; the first begins a pause after the first look."""
    scrub = await find_scrub(outbox)
    if scrub.is_under_way:
        return True
    since = max(scrub.first_ms, scrub.ended_ms)
    if not since:
        await first_scrub(outbox)
        return False
    return now_ms() - since >= pause_seconds * 1000


async def keep_scrubbing(resources: Resources, bytes_per_second: int, pause_seconds: float) -> None:
    """Round after round, with so long a pause between; at 0 bytes a second none."""
    while bytes_per_second:
        try:
            if await is_due(resources.outbox, pause_seconds):
                await scrub_all(resources, bytes_per_second)
        except Problem as problem:
            log.info("the scrub waits", reason=problem.detail)
        except Exception:
            log.exception("the scrub stumbled")
        await asyncio.sleep(min(LOOK_SECONDS, pause_seconds))


async def keep_settling(resources: Resources, pause_seconds: float) -> None:
    """Let go of faults that are none any more, and tell of the others, as every process does."""
    while True:
        try:
            left = await settle_faults(resources)
            for kind in FAULT_KINDS:
                scrub_faults.labels(kind).set(left[kind])
            scrub_ended.set((await find_scrub(resources.outbox)).ended_ms / 1000)
        except Problem as problem:
            log.info("faults wait", reason=problem.detail)
        except Exception:
            log.exception("settling faults failed")
        await asyncio.sleep(min(SETTLE_SECONDS, pause_seconds))
