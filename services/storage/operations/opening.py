"""Opens the records and the bytes of the primary, with its mirrors beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.storage.blobs.back_ends import names_of_back_ends, open_back_end, refuse_nested
from services.storage.blobs.port import Blobs
from services.storage.operations.bursts import Bursts
from services.storage.operations.connections import Connections
from services.storage.operations.mirrors import Mirror
from services.storage.operations.resources import Resources
from services.storage.operations.serving import serving
from services.storage.settings import MAIN, ServiceSettings
from services.storage.store.mirrors import find_primary, has_begun
from services.storage.store.recent import Recent
from shared.errors import Conflict
from shared.keyfile import load_key_file
from shared.outbox import Outbox
from shared.sealing import connections_key


@asynccontextmanager
async def open_served(settings: ServiceSettings, outbox: Outbox) -> AsyncIterator[Resources]:
    """For a process that serves them."""
    async with open_resources(settings, outbox) as resources, serving(resources):
        yield resources


@asynccontextmanager
async def open_resources(settings: ServiceSettings, outbox: Outbox) -> AsyncIterator[Resources]:
    """For a command. Raises Conflict where a promotion is not at its end."""
    primary = await find_primary(outbox)
    if primary.heir:
        raise Conflict(
            f"{primary.heir} is half-way to be the primary: run `python -m services.storage "
            f"promote {primary.heir}` to its end."
        )
    async with resources_on(settings, outbox, primary.name) as resources:
        yield resources


@asynccontextmanager
async def resources_on(
    settings: ServiceSettings, outbox: Outbox, primary: str
) -> AsyncIterator[Resources]:
    """The same on this back end, whichever is the primary. Raises Invalid, Unavailable."""
    refuse_nested(settings)
    others = [name for name in names_of_back_ends(settings) if name != primary]
    mirrors = tuple(_mirror(settings, outbox, name) for name in others)
    # A mirror that has something tells that the primary had it too.
    is_known = any([await has_begun(outbox, name) for name in (*others, primary)])
    blobs = await open_back_end(settings, primary, has_begun=is_known)
    connections = Connections(
        lambda: connections_key(load_key_file(settings.home)),
        allow_private=settings.storage.private_connections,
    )
    bursts = Bursts(outbox, blobs.process)
    bursts.start()
    try:
        # Only where a key has one place do its bytes tell that a record is old.
        recent = Recent() if blobs.lingers is None else Recent(0)
        yield Resources(outbox, blobs, bursts, recent, connections, mirrors=mirrors)
    finally:
        await connections.close()
        await bursts.stop()
        for mirror in mirrors:
            await mirror.close()
        await blobs.close()


def _mirror(settings: ServiceSettings, outbox: Outbox, name: str) -> Mirror:
    async def opening() -> Blobs:
        return await open_back_end(settings, name, has_begun=await has_begun(outbox, name))

    only = settings.storage.mirrors[name].only if name != MAIN else frozenset[str]()
    return Mirror(name, opening, only)
