"""The command that makes everything derived anew from the facts of the other services."""

from collections.abc import AsyncIterator
from typing import TextIO

from services.indexer.app import Held, holding
from services.indexer.operations.rebuilding import Rebuilder, rebuild_repository
from services.indexer.settings import ServiceSettings
from shared.cloudevents import envelop
from shared.contracts.accounts import AccountEvent, AccountUpdated, ListAccounts
from shared.contracts.repositories import (
    ListAllRepositories,
    Repository,
    RepositoryEvent,
    RepositoryUpdated,
    State,
)
from shared.contracts.storage import ListObjects, ObjectPage
from shared.errors import Problem
from shared.log import configure

PAGE = 100
ANSWER_SECONDS = 10.0


async def rebuild(settings: ServiceSettings, output: TextIO) -> int:
    """Everything, one repository after the other, while other processes serve; the exit code."""
    configure(settings.log, service="indexer rebuild")
    async with holding(settings) as held:
        held.bus.start()
        try:
            await held.bus.started.wait()
            await _rebuild(held, output)
        except Problem as problem:
            output.write(f"Stopped: {problem.detail}\nWhat was there before is still read.\n")
            return 1
        finally:
            await held.bus.stop()
    return 0


async def _rebuild(held: Held, output: TextIO) -> None:
    await _accounts(held)
    bus = held.bus
    asker = held.resources.projection.asker

    async def list_objects(repository_uid: str, cursor: str | None) -> ObjectPage:
        wanted = ListObjects(actor=asker, repository_uid=repository_uid, limit=PAGE, cursor=cursor)
        return await bus.request(wanted, timeout=ANSWER_SECONDS)

    rebuilder = Rebuilder(held.resources.indexer, held.folder, list_objects)
    async for repository in _repositories(held):
        if repository.state is not State.DELETED:
            count = await rebuild_repository(rebuilder, repository.repository_uid)
            held.resources.catalogue.mark(repository.repository_uid)
            await held.resources.catalogue.write_marked()
            name = f"{repository.account_id}/{repository.repository_id}"
            output.write(f"{name}: {count:,} objects\n")
            output.flush()


async def _accounts(held: Held) -> None:
    """Let the projection know every account."""
    projection = held.resources.projection
    cursor: str | None = None
    while True:
        wanted = ListAccounts(actor=projection.asker, limit=PAGE, cursor=cursor)
        page = await held.bus.request(wanted, timeout=ANSWER_SECONDS)
        for one in page.accounts:
            data: AccountEvent = AccountUpdated(account_id=one.account_id, account=one)
            event = envelop(data, aggregate=one.account_uid, version=one.version)
            await projection.on_account(event)
        cursor = page.cursor
        if cursor is None:
            return


async def _repositories(held: Held) -> AsyncIterator[Repository]:
    """Every repository, once the projection knows it."""
    projection = held.resources.projection
    cursor: str | None = None
    while True:
        wanted = ListAllRepositories(actor=projection.asker, limit=PAGE, cursor=cursor)
        page = await held.bus.request(wanted, timeout=ANSWER_SECONDS)
        for one in page.repositories:
            data: RepositoryEvent = RepositoryUpdated(
                account_id=one.account_id, repository_id=one.repository_id, repository=one
            )
            event = envelop(data, aggregate=one.repository_uid, version=one.version)
            await projection.on_repository(event)
            yield one
        cursor = page.cursor
        if cursor is None:
            return
