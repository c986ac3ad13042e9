"""Puts accounts together: the one place where its parts meet."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial

from services.accounts.handlers import EVENTS, REQUESTS, Resources
from services.accounts.kratos import Kratos
from services.accounts.mail import Mailer
from services.accounts.operations.belongings import RepositoriesOf, Sources
from services.accounts.operations.domains import Looking
from services.accounts.operations.ending import Ending
from services.accounts.operations.exporting import write_export
from services.accounts.operations.identities import reconcile_for_ever, sign_out
from services.accounts.operations.mailing import Post
from services.accounts.operations.places import FindRepository
from services.accounts.operations.request_mail import send_answer, send_request
from services.accounts.operations.transfer_mail import send_offer
from services.accounts.operations.working import Works, keep_working
from services.accounts.proofs import Proofs
from services.accounts.settings import AccountsSettings, ServiceSettings
from services.accounts.store.jobs import JobKind
from services.accounts.store.layout import SCHEMA, commit
from shared.bus import Bus
from shared.contracts.accounts import Account, RepositoryName
from shared.contracts.base import Actor
from shared.contracts.repositories import GetRepository, ListRepositories, Repository
from shared.fetching import Fetcher
from shared.idempotency import IdempotencyRecords
from shared.keyfile import load_key_file, nats_seed
from shared.outbox import Outbox
from shared.relay import Relay
from shared.runtime import App, Opened, going
from shared.sealing import answers_key, codes_key, sealing_key
from shared.tables import open_table
from shared.topology import consumers_of

SERVICE = "accounts"
ASKER = Actor(kind="service", service=SERVICE)
REPOSITORIES = 20
HOUR_SECONDS = 3600.0
HEARTBEAT_SUBJECT = "coop.live.accounts"


def create_app(settings: ServiceSettings | None = None) -> App:
    """A process of accounts, not yet running."""
    settings = settings or ServiceSettings()
    return App(SERVICE, settings, settings.accounts.ops_port, partial(opened, settings))


@asynccontextmanager
async def opened(settings: ServiceSettings) -> AsyncIterator[Opened]:
    """The table, the bus with its doors, the relay and the heartbeat, for as long as it runs."""
    key = load_key_file(settings.home)
    async with AsyncExitStack() as stack:
        table = await open_table(SCHEMA, service=SERVICE, settings=settings)
        stack.push_async_callback(table.close)
        bus = Bus(settings.nats_url, service=SERVICE, seed=nats_seed(key, SERVICE))
        outbox = Outbox(table)
        relay = Relay(outbox, bus)
        kratos = Kratos(settings.kratos_admin_url, timeout_seconds=settings.kratos.timeout_seconds)
        stack.callback(kratos.close)
        proofs = await stack.enter_async_context(proving(settings.accounts))
        sources, terms = Sources(outbox, repositories_lister(bus)), settings.accounts.terms
        records = IdempotencyRecords(outbox, commit, answers_key(key), settings.answers_kept_for)
        resources = Resources(
            outbox,
            sealing_key(key),
            codes_key(key),
            records,
            repository_finder(bus),
            kratos,
            sources,
            proofs,
            terms,
        )
        _name_doors(bus, resources)
        relay.start()
        bus.start()
        stack.push_async_callback(relay.stop)
        stack.push_async_callback(bus.stop)
        await stack.enter_async_context(
            going(partial(beat, bus, settings.accounts.heartbeat_seconds))
        )
        await stack.enter_async_context(looking_after(settings, resources))
        yield Opened(checks={"bus": bus.check, "table": outbox.check})


def _name_doors(bus: Bus, resources: Resources) -> None:
    bus.answer_all(REQUESTS, resources)
    events = {event: partial(handler, resources) for event, handler in EVENTS.items()}
    for consumer in consumers_of(SERVICE):
        bus.consume(consumer.stream, consumer.durable, events)


@asynccontextmanager
async def looking_after(settings: ServiceSettings, resources: Resources) -> AsyncIterator[None]:
    """What goes on beside the doors: looks at all of Kratos, and jobs."""
    outbox, kratos, terms = resources.outbox, resources.kratos, resources.terms
    period = settings.accounts.reconcile_hours * HOUR_SECONDS
    ending = Ending(resources.sources, kratos, terms.name_rests)
    looking = Looking(outbox, resources.proofs.find, terms.looks)
    with posting(outbox, settings, resources.codes_key) as post:
        reconciling = partial(reconcile_for_ever, outbox, kratos, period)
        all_works = works(ending, post, looking, resources.find_repository)
        working = partial(keep_working, outbox, all_works)
        async with going(reconciling), going(working):
            yield


@asynccontextmanager
async def proving(settings: AccountsSettings) -> AsyncIterator[Proofs]:
    """Looks for proofs of domains."""
    fetcher = Fetcher(allow_private=settings.private_domains)
    try:
        yield Proofs(fetcher, resolver=settings.resolver, well_known=settings.well_known)
    finally:
        await fetcher.close()


@contextmanager
def posting(outbox: Outbox, settings: ServiceSettings, key: bytes) -> Iterator[Post]:
    """The mails of accounts, by the server that is set."""
    url, sender = settings.mail.smtp_url, settings.mail.sender
    mailer = Mailer(url, sender) if url else None
    try:
        yield Post(outbox, mailer, settings.web.public_url, key)
    finally:
        if mailer is not None:
            mailer.close()


def works(ending: Ending, post: Post, looking: Looking, find: FindRepository) -> Works:
    """What does each kind of job."""
    sources = ending.sources
    return {
        JobKind.DOMAIN: looking.look,
        JobKind.DELETION: ending.end_account,
        JobKind.REQUEST_MAIL: partial(send_request, post, find),
        JobKind.ANSWER_MAIL: partial(send_answer, post),
        JobKind.TRANSFER_MAIL: partial(send_offer, post),
        JobKind.EMAIL_CODE: post.send_email_code,
        JobKind.EMAIL_CHANGED: post.send_email_changed,
        JobKind.DELETION_MAIL: post.send_deletion,
        JobKind.EXPORT: partial(write_export, sources),
        JobKind.EXPORT_MAIL: post.send_export,
        JobKind.INVITATION_MAIL: post.send_invitation,
        JobKind.SIGN_OUT: partial(sign_out, sources.outbox, ending.kratos),
    }


def repository_finder(bus: Bus) -> FindRepository:
    """Asks the owner of repositories, as a service: who may see it is decided by who asks us."""

    async def find_repository(name: RepositoryName) -> Repository:
        wanted = GetRepository(
            actor=ASKER, account_id=name.account_id, repository_id=name.repository_id
        )
        return await bus.request(wanted)

    return find_repository


def repositories_lister(bus: Bus) -> RepositoriesOf:
    """Asks the owner of repositories for those of an account that are not deleted."""

    async def repositories_of(account: Account) -> AsyncIterator[Repository]:
        cursor = None
        while True:
            wanted = ListRepositories(
                actor=ASKER, account_id=account.account_id, limit=REPOSITORIES, cursor=cursor
            )
            page = await bus.request(wanted)
            for one in page.repositories:
                yield one
            cursor = page.cursor
            if cursor is None:
                return

    return repositories_of


async def beat(bus: Bus, seconds: float) -> None:
    """Give a sign of life every so many seconds."""
    while True:
        await bus.tell(HEARTBEAT_SUBJECT)
        await asyncio.sleep(seconds)
