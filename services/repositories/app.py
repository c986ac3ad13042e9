"""Puts repositories together: the one place where its parts meet."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from services.repositories.handlers import EVENTS, REQUESTS, Answering
from services.repositories.models import Rules
from services.repositories.operations.purging import keep_purging
from services.repositories.operations.resources import Resources
from services.repositories.settings import ServiceSettings
from services.repositories.store.layout import SCHEMA
from services.repositories.store.names import commit
from shared.bus import Bus
from shared.following import follow
from shared.idempotency import IdempotencyRecords
from shared.keyfile import load_key_file, nats_seed
from shared.outbox import Outbox
from shared.projection import Projection
from shared.relay import Relay
from shared.runtime import App, Opened, going
from shared.sealing import answers_key, connections_key
from shared.tables import open_table
from shared.topology import consumers_of

SERVICE = "repositories"


def create_app(settings: ServiceSettings | None = None) -> App:
    """A process of repositories, not yet running."""
    settings = settings or ServiceSettings()
    return App(SERVICE, settings, settings.repositories.ops_port, partial(opened, settings))


@asynccontextmanager
async def opened(settings: ServiceSettings) -> AsyncIterator[Opened]:
    """The table, the bus with its doors, the projection and the relay, for as long as it runs."""
    key = load_key_file(settings.home)
    async with AsyncExitStack() as stack:
        table = await open_table(SCHEMA, service=SERVICE, settings=settings)
        stack.push_async_callback(table.close)
        bus = Bus(settings.nats_url, service=SERVICE, seed=nats_seed(key, SERVICE))
        outbox, projection = Outbox(table), Projection(table, bus)
        resources = Resources(outbox, rules_of(settings), connections_key(key))
        records = IdempotencyRecords(outbox, commit, answers_key(key), settings.answers_kept_for)
        _name_doors(bus, Answering(resources, projection, records))
        relay = Relay(outbox, bus)
        relay.start()
        bus.start()
        stack.push_async_callback(relay.stop)
        stack.push_async_callback(bus.stop)
        seconds = settings.repositories.purge_seconds
        await stack.enter_async_context(going(partial(keep_purging, resources, seconds)))
        yield Opened(checks={"bus": bus.check, "table": outbox.check})


def rules_of(settings: ServiceSettings) -> Rules:
    """What the settings say, as operations understand it."""
    chosen = settings.repositories
    return Rules(
        chosen.limits,
        name_rest=timedelta(days=chosen.name_rest_days),
        undelete_for=timedelta(days=chosen.undelete_days),
        offer_for=timedelta(days=chosen.offer_days),
        share_longest=timedelta(days=chosen.share_days),
        open_links=chosen.share_links,
        private_connections=settings.storage.private_connections,
    )


def _name_doors(bus: Bus, answering: Answering) -> None:
    bus.answer_all(REQUESTS, answering)
    events = {event: partial(handler, answering) for event, handler in EVENTS.items()}
    for consumer in consumers_of(SERVICE):
        bus.consume(consumer.stream, consumer.durable, events)
    follow(answering.projection, accounts_only=True)
