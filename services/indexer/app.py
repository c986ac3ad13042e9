"""Puts the indexer together: the one place where its parts meet."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from services.indexer.data_door import DataDoor
from services.indexer.fulltext import open_fts5
from services.indexer.handlers import EVENTS, FOLLOWED, LIVE, REQUESTS, EventHandler, Resources
from services.indexer.models.stored import Stored
from services.indexer.operations.beside import Beside, Found, Listing
from services.indexer.operations.catalogue import Catalogue, Shelves
from services.indexer.operations.folder import Folder
from services.indexer.operations.housing import Housing
from services.indexer.operations.keeping import Indexer
from services.indexer.operations.mirroring import Mirroring
from services.indexer.operations.mirrors import Mirrors
from services.indexer.operations.previewing import Previewing
from services.indexer.operations.purging import purge_repository
from services.indexer.sandbox.pool import Outcome, Sandbox
from services.indexer.sandbox.reading import Source
from services.indexer.sandbox.worker import Nursery
from services.indexer.settings import IndexerSettings, ServiceSettings
from services.indexer.store.layout import SCHEMA
from shared.bus import Bus, Handler
from shared.cloudevents import EventData
from shared.confinement.limits import Limits
from shared.contracts.indexer import FilePreview
from shared.contracts.storage import StoredObject
from shared.following import follow
from shared.keyfile import load_key_file, nats_seed, service_access_key
from shared.outbox import Outbox
from shared.projection import Projection
from shared.purging import Purging
from shared.relay import Relay
from shared.runtime import App, Opened, going
from shared.tables import open_table
from shared.topology import CONTROL, consumers_of

SERVICE = "indexer"


def create_app(settings: ServiceSettings | None = None) -> App:
    """A process of the indexer, not yet running."""
    settings = settings or ServiceSettings()
    return App(SERVICE, settings, settings.indexer.ops_port, partial(opened, settings))


@dataclass(frozen=True)
class Held:
    """What is held open, with or without doors on the bus."""

    resources: Resources
    folder: Folder
    bus: Bus


@asynccontextmanager
async def opened(settings: ServiceSettings) -> AsyncIterator[Opened]:
    """Everything a process needs, for as long as it runs."""
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(holding(settings))
        outbox = held.resources.indexer.outbox
        await held.resources.housing.prepare()
        purging = Purging(held.resources.projection, partial(purge_repository, outbox))
        _name_doors(held, purging)
        relay = Relay(outbox, held.bus)
        relay.start()
        held.folder.start()
        held.bus.start()
        stack.push_async_callback(relay.stop)
        stack.push_async_callback(held.folder.stop)
        stack.push_async_callback(held.bus.stop)
        await stack.enter_async_context(going(purging.keep_purging))
        await stack.enter_async_context(going(held.resources.catalogue.keep))
        await stack.enter_async_context(going(held.resources.housing.keep))
        await stack.enter_async_context(going(held.resources.mirrors.keep))
        yield Opened(checks={"bus": held.bus.check, "table": outbox.check})


@asynccontextmanager
async def holding(settings: ServiceSettings) -> AsyncIterator[Held]:
    """The table, the index of words, the sandbox, the data door and a bus not started yet."""
    key = load_key_file(settings.home)
    async with AsyncExitStack() as stack:
        table = await open_table(SCHEMA, service=SERVICE, settings=settings)
        stack.push_async_callback(table.close)
        nursery, sandbox, previews = await stack.enter_async_context(sandboxes(settings.indexer))
        door = DataDoor(settings.storage_url, *service_access_key(key, SERVICE))
        await stack.enter_async_context(door)
        fulltext = await open_fts5(settings.home / SERVICE / "search.db", settings.indexer.words)
        stack.push_async_callback(fulltext.close)
        catalogue = Catalogue(Shelves(table, fulltext, partial(read_start, door)))
        bus = Bus(settings.nats_url, service=SERVICE, seed=nats_seed(key, SERVICE))
        data_url = settings.storage.public_url.rstrip("/")
        made = settings.indexer.mirrors
        mirroring = Mirroring(table, nursery, data_url, made)
        mirrors = Mirrors(table, data_url, mirroring.make, made.lag_seconds)
        folder = Folder(table, partial(_added_up, catalogue, mirrors))
        reading = partial(read, sandbox, door)
        indexer = Indexer(Outbox(table), reading, folder.ring, settings.indexer.stac)
        limits = settings.indexer.search
        previewing = Previewing(partial(show, previews, door), settings.indexer.previews.workers)
        projection, housing = Projection(table, bus), Housing(table)
        resources = Resources(
            indexer, projection, data_url, catalogue, previewing, housing, mirrors, limits
        )
        yield Held(resources, folder, bus)


@asynccontextmanager
async def sandboxes(settings: IndexerSettings) -> AsyncIterator[tuple[Nursery, Sandbox, Sandbox]]:
    """For what is indexed, and for what somebody looks at, so that neither waits for the other."""
    limits = Limits(settings.sandbox.memory_bytes, settings.sandbox.parse_seconds)
    async with (
        Nursery(limits) as nursery,
        Sandbox(settings.sandbox, nursery) as indexing,
        Sandbox(settings.previews, nursery) as looking,
    ):
        yield nursery, indexing, looking


def _added_up(catalogue: Catalogue, mirrors: Mirrors, repository_uid: str) -> None:
    """What is in a repository may be another."""
    catalogue.mark(repository_uid)
    mirrors.mark(repository_uid)


async def read(sandbox: Sandbox, door: DataDoor, stored: Stored, beside: Beside) -> Outcome:
    """What an object says of itself, together with those beside it."""

    async def find(keys: Sequence[str]) -> list[Source | None]:
        return [_source(door, one) if one else None for one in await beside.find(keys)]

    return await sandbox.parse(stored.key, stored.size, door.fetching(stored), find)


def _source(door: DataDoor, found: Found) -> Source:
    fetch = found.fetch if isinstance(found, Listing) else door.fetching(found)
    return Source(found.key, found.size, fetch)


async def show(sandbox: Sandbox, door: DataDoor, stored: Stored) -> FilePreview:
    """What an object shows of itself."""
    return await sandbox.preview(stored.key, stored.size, door.fetching(stored))


async def read_start(door: DataDoor, stored: StoredObject, most: int) -> bytes:
    """The first bytes of an object."""
    return await door.fetching(stored)(0, min(stored.size, most))


def _name_doors(held: Held, purging: Purging) -> None:
    held.bus.answer_all(REQUESTS, held.resources)
    events, followed = (_bound(handlers, held.resources) for handlers in (EVENTS, FOLLOWED))
    for consumer in consumers_of(SERVICE):
        is_control = consumer.stream == CONTROL.name
        handlers = purging.handlers() | followed if is_control else events
        held.bus.consume(consumer.stream, consumer.durable, handlers)
    follow(held.resources.projection)
    for subject, heard in LIVE.items():
        held.bus.hear(subject, _bound(heard, held.resources))
    held.bus.on_return(held.resources.catalogue.look_soon)


def _bound(
    handlers: Mapping[type[EventData], EventHandler], resources: Resources
) -> dict[type[EventData], Handler]:
    return {event: partial(handler, resources) for event, handler in handlers.items()}
