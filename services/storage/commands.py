"""What operators do at the machine: counters checked against the records, and put right.

They work on the table, beside a platform that runs or not.
"""

import argparse
from collections.abc import AsyncIterator, Sequence

from services.storage.operations.counting import reconcile
from services.storage.settings import ServiceSettings
from services.storage.store.layout import SCHEMA
from shared.contracts.repositories import Repository
from shared.errors import Conflict, NotFound, Problem
from shared.outbox import Outbox
from shared.snapshots import all_repositories, repository_called
from shared.tables import open_table


def parser() -> argparse.ArgumentParser:
    """What can be said."""
    whole = argparse.ArgumentParser(prog="python -m services.storage", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True)
    one = commands.add_parser("reconcile", help="count objects and bytes anew, and mend figures")
    one.add_argument("repository", nargs="?", default="", help="account/repository; else all")
    return whole


async def command(words: Sequence[str], settings: ServiceSettings | None = None) -> tuple[int, str]:
    """Do it: the exit code and what is to be told."""
    said = parser().parse_args(words)
    table = await open_table(SCHEMA, service="storage", settings=settings or ServiceSettings())
    outbox = Outbox(table)
    try:
        return await _reconcile_all(outbox, said.repository)
    except Problem as problem:
        return 1, problem.detail
    finally:
        await table.close()


async def _reconcile_all(outbox: Outbox, name: str) -> tuple[int, str]:
    """One line for each that was wrong or busy, and one for all."""
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
            told = f"{was.objects} objects, {was.size} bytes"
            right = f"{found.objects} objects, {found.size} bytes"
            lines.append(f"{repository.full_name}: mended from {told} to {right}.")
    lines.append(f"{count} repositories looked at.")
    return (1 if busy else 0), "\n".join(lines)


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
