"""Accounts and repositories as they run, in the test's own loop on a real NATS server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from services.accounts import app as accounts_app
from services.accounts.settings import AccountsSettings
from services.accounts.settings import ServiceSettings as AccountsServiceSettings
from services.repositories import app as repositories_app
from services.repositories.settings import ServiceSettings as RepositoriesServiceSettings
from shared.bus import Bus
from shared.contracts.accounts import Account, CreateAccount, GetAccount
from shared.contracts.base import Actor
from shared.errors import Problem
from shared.runtime import Opened
from shared.settings import NatsSettings
from tests.nats_server import NatsServer
from tests.waiting import eventually

WEB = Actor(kind="service", service="web")
HEARTBEAT_SECONDS = 0.05


def accounts(server: NatsServer) -> AbstractAsyncContextManager[Opened]:
    """A process of accounts, ready while entered."""
    settings = AccountsServiceSettings(
        home=server.home,
        nats=NatsSettings(port=server.port),
        accounts=AccountsSettings(heartbeat_seconds=HEARTBEAT_SECONDS),
    )
    return ready(accounts_app.opened(settings))


def repositories(server: NatsServer) -> AbstractAsyncContextManager[Opened]:
    """A process of repositories, ready while entered."""
    settings = RepositoriesServiceSettings(home=server.home, nats=NatsSettings(port=server.port))
    return ready(repositories_app.opened(settings))


@asynccontextmanager
async def ready(opening: AbstractAsyncContextManager[Opened]) -> AsyncIterator[Opened]:
    """Enter, and wait until every check is well."""
    async with opening as opened:
        await eventually(lambda: is_well(opened))
        yield opened


async def is_well(opened: Opened) -> bool:
    """Whether every check of a process passes now."""
    try:
        await asyncio.gather(*(check() for check in opened.checks.values()))
    except Problem:
        return False
    return True


def actor_of(account: Account) -> Actor:
    """The account as the one who asks."""
    return Actor(kind="account", account_uid=account.account_uid)


async def account(web: Bus, account_id: str) -> Account:
    """The account of this name."""
    return await web.request(GetAccount(actor=WEB, account_id=account_id))


async def person(web: Bus, account_id: str) -> Account:
    """Someone who registers."""
    wanted = CreateAccount(
        actor=WEB,
        account_id=account_id,
        kind="individual",
        name=account_id.title(),
        identity_id=f"identity-{account_id}",
    )
    # The first who registers waits while Kratos' library is opened, long where all cores are busy.
    return await web.request(wanted, timeout=15.0)


async def organization(web: Bus, account_id: str, owner: Account) -> Account:
    """A new organization of this owner."""
    wanted = CreateAccount(
        actor=actor_of(owner), account_id=account_id, kind="organization", name=account_id.title()
    )
    return await web.request(wanted)
