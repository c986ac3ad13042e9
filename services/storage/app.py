"""Puts storage together: the one place where its parts meet."""

import ctypes
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from services.storage.handlers import REQUESTS, Answering, on_account, on_created, on_renamed
from services.storage.issuers.keys import IssuerKeys
from services.storage.issuers.sessions import Sessions
from services.storage.models import DirtyMark
from services.storage.operations.downloads import Downloads
from services.storage.operations.expiring import keep_expiring
from services.storage.operations.keeping_listed import Relistings
from services.storage.operations.keeping_mirrored import keep_mirrored
from services.storage.operations.looking_again import keep_looking
from services.storage.operations.opening import open_served
from services.storage.operations.presigning import SigningDoor
from services.storage.operations.purging import purge_repository
from services.storage.operations.quotas import Quotas
from services.storage.operations.recovering import (
    FindRepository,
    keep_healing,
    keep_recovering,
)
from services.storage.operations.resources import Resources
from services.storage.operations.scrubbing import keep_scrubbing, keep_settling
from services.storage.pictures.redrawing import Redrawing
from services.storage.s3.presign import Signer
from services.storage.settings import ServiceSettings, StorageSettings
from services.storage.store.layout import SCHEMA
from services.storage.views.door import DataDoor
from services.storage.views.exchange import ArchiveLimits, Held
from services.storage.views.holders import Holders
from shared.bus import Bus
from shared.bus.events import Handler
from shared.certificates import door_tls
from shared.cloudevents import EventData
from shared.confinement.limits import Limits
from shared.contracts.accounts import AccountUpdated
from shared.contracts.base import Quota
from shared.contracts.repositories import Repository, RepositoryCreated, RepositoryRenamed
from shared.fetching import Fetcher
from shared.following import follow, private_handlers
from shared.keyfile import load_key_file, nats_seed, service_access_key
from shared.outbox import Outbox
from shared.projection import Projection
from shared.purging import Purging
from shared.relay import Relay
from shared.runtime import App, Door, Opened, going
from shared.settings import LOOPBACK
from shared.tables import open_table
from shared.topology import PRIVATE, consumers_of
from shared.uses import Uses, of_links, telling

SERVICE = "storage"
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3
MIB = 1024**2


def create_app(settings: ServiceSettings | None = None) -> App:
    """A process of storage, not yet running."""
    settings = settings or ServiceSettings()
    return App(SERVICE, settings, settings.storage.ops_port, partial(opened, settings))


@asynccontextmanager
async def opened(settings: ServiceSettings) -> AsyncIterator[Opened]:
    """Records, bytes, the bus and the door, for as long as it runs."""
    keep_memory()
    tls = door_tls(settings.storage)
    key = load_key_file(settings.home)
    async with AsyncExitStack() as stack:
        table = await open_table(SCHEMA, service=SERVICE, settings=settings)
        stack.push_async_callback(table.close)
        outbox = Outbox(table)
        resources = await stack.enter_async_context(open_served(settings, outbox))
        bus = Bus(settings.nats_url, service=SERVICE, seed=nats_seed(key, SERVICE))
        projection = Projection(table, bus)
        door = _signing_door(settings, key)
        purging = Purging(projection, partial(purge_repository, resources))
        relistings = relistings_of(settings.storage, resources)
        quotas = quotas_of(settings.storage, projection)
        answering = Answering(resources, projection, door, quotas, relistings)
        _name_doors(bus, answering, purging)
        relay = Relay(outbox, bus)
        relay.start()
        bus.start()
        stack.push_async_callback(relay.stop)
        stack.push_async_callback(bus.stop)
        await stack.enter_async_context(_looking_after(relistings, purging, settings.storage))
        held = await stack.enter_async_context(_holding(settings, key, bus, answering))
        yield Opened(
            checks={"bus": bus.check, "table": outbox.check},
            doors=_doors(DataDoor(held), settings, tls),
        )


def _doors(
    application: DataDoor, settings: ServiceSettings, tls: ssl.SSLContext | None
) -> list[Door]:
    """The public one and, where that speaks TLS, a plain one for the services beside us."""
    storage = settings.storage
    doors = [Door(application, settings.listen, storage.port, tls, is_for_bytes=True)]
    if tls is not None and storage.near_port:
        doors.append(Door(application, LOOPBACK, storage.near_port, is_for_bytes=True))
    return doors


@asynccontextmanager
async def _holding(
    settings: ServiceSettings, key: bytes, bus: Bus, answering: Answering
) -> AsyncIterator[Held]:
    """What the data door holds, beside what answers on the bus."""
    uses, link_uses = Uses(), Uses(of_links)
    downloads = Downloads(answering.resources.outbox, settings.storage.downloads_seconds)
    async with (
        telling(uses, link_uses, bus=bus),
        _issuers(settings) as issuers,
        going(downloads.keep_writing),
    ):
        yield Held(
            resources=answering.resources,
            projection=answering.projection,
            door=answering.door,
            quotas=answering.quotas,
            holders=Holders(answering.projection, key),
            stale_after=settings.storage.stale_after,
            web_url=settings.web.public_url.rstrip("/"),
            region=settings.storage.region,
            uses=uses,
            sessions=Sessions(key),
            issuers=issuers,
            link_uses=link_uses,
            redrawing=redrawing_of(settings.storage),
            avatar_bytes=settings.storage.avatar_bytes,
            manages_buckets=settings.storage.buckets == "manage",
            archives=archive_limits(settings.storage),
            downloads=downloads,
            trusted_proxies=settings.storage.trusted_proxies,
        )


def relistings_of(settings: StorageSettings, resources: Resources) -> Relistings:
    """How often buckets that accounts bring are listed, how much of them and how long."""
    most = (settings.connected_objects, settings.listing_seconds)
    return Relistings(resources, settings.relist_seconds, *most)


def redrawing_of(settings: StorageSettings) -> Redrawing:
    """What reads pictures, within these limits."""
    limits = Limits(settings.avatar_memory_bytes, settings.avatar_seconds)
    return Redrawing(limits, settings.avatar_pixels)


def quotas_of(settings: StorageSettings, projection: Projection) -> Quotas:
    """What accounts and repositories are held to that have no quotas of their own."""
    of_account = Quota(size=settings.account_size, objects=settings.account_objects)
    of_repository = Quota(size=settings.repository_size, objects=settings.repository_objects)
    return Quotas(Outbox(projection.table), projection.account, of_account, of_repository)


def archive_limits(settings: StorageSettings) -> ArchiveLimits:
    """What archives are held to."""
    return ArchiveLimits(settings.archive_objects, settings.archives_at_once)


def _signing_door(settings: ServiceSettings, key: bytes) -> SigningDoor:
    signer = Signer(*service_access_key(key, SERVICE), settings.storage.region)
    return SigningDoor(settings.storage.public_url.rstrip("/"), signer)


@asynccontextmanager
async def _issuers(settings: ServiceSettings) -> AsyncIterator[IssuerKeys]:
    fetcher = Fetcher(allow_private=settings.storage.private_issuers)
    try:
        yield IssuerKeys(fetcher)
    finally:
        await fetcher.close()


@asynccontextmanager
async def _looking_after(
    relistings: Relistings, purging: Purging, settings: StorageSettings
) -> AsyncIterator[None]:
    """What goes on beside the doors."""
    resources = relistings.resources
    recovering = partial(keep_recovering, resources, _finder(purging.projection))
    healing = partial(keep_healing, resources)
    seconds, days = settings.versions_seconds, settings.upload_days
    expiring = partial(keep_expiring, resources, seconds, days)
    pause = settings.scrub_pause_seconds
    scrubbing = partial(keep_scrubbing, resources, settings.scrub_bytes_per_second, pause)
    settling = partial(keep_settling, resources, pause)
    async with (
        going(recovering),
        going(healing),
        going(partial(keep_looking, resources)),
        going(expiring),
        going(purging.keep_purging),
        going(scrubbing),
        going(settling),
        going(relistings.keep_listing),
        AsyncExitStack() as mirroring,
    ):
        for mirror in resources.mirrors:
            keeping = partial(keep_mirrored, resources, mirror, settings.mirror_seconds)
            await mirroring.enter_async_context(going(keeping))
        yield


def _name_doors(bus: Bus, answering: Answering, purging: Purging) -> None:
    bus.answer_all(REQUESTS, answering)
    projection = answering.projection
    for consumer in consumers_of(SERVICE):
        is_private = consumer.stream == PRIVATE.name
        handlers = private_handlers(projection) if is_private else control(answering, purging)
        bus.consume(consumer.stream, consumer.durable, handlers)
    follow(projection)


def control(answering: Answering, purging: Purging) -> dict[type[EventData], Handler]:
    """What is done with events of accounts and repositories."""
    return {
        **purging.handlers(),
        AccountUpdated: partial(on_account, answering),
        RepositoryCreated: partial(on_created, answering),
        RepositoryRenamed: partial(on_renamed, answering),
    }


def _finder(projection: Projection) -> FindRepository:
    async def find_repository(mark: DirtyMark) -> Repository | None:
        return await projection.repository_of(mark.repository_uid)

    return find_repository


def keep_memory() -> None:
    """Let glibc keep what uploads free instead of giving it back and asking for it again.

    A third of the cost of moving bytes was page faults; elsewhere there is no such function.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_TRIM_THRESHOLD, 128 * MIB)
        mallopt(M_TOP_PAD, 16 * MIB)
        mallopt(M_MMAP_THRESHOLD, 32 * MIB)
