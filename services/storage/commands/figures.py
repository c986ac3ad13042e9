"""Counters checked against the records, and put right."""

from argparse import Namespace
from collections.abc import AsyncIterator

from services.storage.commands.records import opened_records
from services.storage.models import Figures
from services.storage.operations.counting import reconcile, reconcile_accounts
from services.storage.settings import ServiceSettings
from shared.contracts.repositories import Repository
from shared.errors import Conflict, NotFound
from shared.outbox import Outbox
from shared.snapshots import all_repositories, repository_called


async def reconcile_all(settings: ServiceSettings, said: Namespace) -> tuple[int, str]:
    """All repositories, or the one that is named; then all accounts."""
    async with opened_records(settings) as outbox:
        return await _reconcile_all(outbox, said.repository)


async def _reconcile_all(outbox: Outbox, name: str) -> tuple[int, str]:
    """One line for each that was wrong or busy, and one for all repositories."""
    lines, count, busy = list[str](), 0, 0
    async for repository in _repositories(outbox, name):
        count += 1
        try:
            was, found = await reconcile(outbox, repository)
        except Conflict as problem:
            busy += 1
            lines.append(problem.detail)
            continue
        if (was.objects, was.size) != (found.objects, found.size):
            lines.append(_mended(repository.full_name, was, found))
    lines += [_mended(one.account_id, *one[2:]) for one in await reconcile_accounts(outbox)]
    lines.append(f"{count} repositories looked at.")
    return (1 if busy else 0), "\n".join(lines)


def _mended(name: str, was: Figures, found: Figures) -> str:
    told = f"{was.objects} objects, {was.size} bytes"
    return f"{name}: mended from {told} to {found.objects} objects, {found.size} bytes."


async def _repositories(outbox: Outbox, name: str) -> AsyncIterator[Repository]:
    """The one that is named, or all that storage knows. NotFound."""
    if not name:
        async for repository in all_repositories(outbox.table):
            yield repository
        return
    found = await repository_called(outbox.table, name)
    if found is None:
        raise NotFound(f"There is no repository {name}.")
    yield found
