"""All bytes read again now, and what was found of them told."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from services.storage.commands.backup import MEGABYTE
from services.storage.commands.records import opened_records
from services.storage.models import Fault, Scrub
from services.storage.operations.backed_up import Pace
from services.storage.operations.faults import settle_faults
from services.storage.operations.opening import open_resources
from services.storage.operations.resources import Resources
from services.storage.operations.scrubbing import scrub_all
from services.storage.operations.scrubbing_mirrors import scrub_mirror
from services.storage.settings import ServiceSettings
from services.storage.store.faults import all_faults
from services.storage.store.scrubs import find_scrub
from shared.errors import Conflict, NotFound
from shared.snapshots import repository_known


async def scrub_now(settings: ServiceSettings, said: Namespace) -> tuple[int, str]:
    """A round, begun or gone on with; the exit code is 1 where something is not right."""
    async with _resources(settings) as resources:
        done = await scrub_all(resources, int(said.rate * MEGABYTE))
        if done is None:
            raise Conflict("A process is at it already: --list tells how far it is.")
        faults = await _faults(resources)
        return (1 if faults else 0), "\n".join([*faults, _so_far(done)])


async def scrub_copies(settings: ServiceSettings, said: Namespace) -> tuple[int, str]:
    """All that a mirror has; the exit code is 1 where something is not right."""
    async with _resources(settings) as resources:
        mirrors = {mirror.name: mirror for mirror in resources.mirrors}
        if said.mirror not in mirrors:
            raise NotFound(f"There is no mirror {said.mirror}.")
        pace = Pace(said.rate * MEGABYTE)
        count, wrong = await scrub_mirror(resources, mirrors[said.mirror], pace)
    lines = [f"{one}: not right in {said.mirror}; it is copied anew." for one in wrong]
    return (1 if wrong else 0), "\n".join([*lines, f"{count} copies were read."])


async def list_faults(settings: ServiceSettings, _: Namespace) -> tuple[int, str]:
    """One line for each object and version whose bytes are not right, and one for the scrub."""
    async with _resources(settings) as resources:
        faults = await _faults(resources) or ["Nothing is known that is not right."]
        return 0, "\n".join([*faults, _so_far(await find_scrub(resources.outbox))])


@asynccontextmanager
async def _resources(settings: ServiceSettings) -> AsyncIterator[Resources]:
    async with opened_records(settings) as outbox, open_resources(settings, outbox) as resources:
        yield resources


async def _faults(resources: Resources) -> list[str]:
    await settle_faults(resources)
    return [await _told(resources, fault) async for fault in all_faults(resources.outbox)]


async def _told(resources: Resources, fault: Fault) -> str:
    repository = await repository_known(resources.outbox.table, fault.repository_uid)
    name = repository.full_name if repository is not None else fault.repository_uid
    since = f"found {_moment(fault.found_ms)}"
    if not fault.key:
        return f"{name}: the folder of all its bytes is missing, {since}."
    version = f", version {fault.version_id}" if fault.version_id != "null" else ""
    return f"{name}/{fault.key}{version}: {fault.kind}, {since}."


def _so_far(scrub: Scrub) -> str:
    read = f"{scrub.objects} objects and versions, {scrub.size} bytes"
    if scrub.is_under_way:
        return f"A round began {_moment(scrub.began_ms)} and has read {read} so far."
    if not scrub.ended_ms:
        return "There was no round yet."
    return f"The last round ended {_moment(scrub.ended_ms)}; it read {read}."


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
