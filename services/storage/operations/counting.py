"""Counters checked against what is there, and put right."""

from collections import defaultdict
from contextlib import suppress
from typing import NamedTuple

from services.storage.models import Figures
from services.storage.store.figures import find_figures, fold, mend, mend_account
from services.storage.store.objects import objects_in
from services.storage.store.versions import all_versions
from shared.contracts.repositories import Repository
from shared.errors import Conflict
from shared.outbox import Outbox
from shared.snapshots import all_accounts, all_repositories
from shared.tables import ConditionFailed

PAGE = 1000
TRIES = 5


class Miscount(NamedTuple):
    """An account of which something else was counted than its repositories keep."""

    account_uid: str
    account_id: str
    was: Figures
    found: Figures


async def reconcile(outbox: Outbox, repository: Repository) -> tuple[Figures, Figures]:
    """What was counted and what is there; from then on the counter says the latter.

    Raises Conflict where somebody writes to it all the time.
    """
    uid = repository.repository_uid
    for _ in range(TRIES):
        was = await fold(outbox, uid)
        found = await _count(outbox, uid)
        if await fold(outbox, uid) != was:
            continue
        try:
            if (found.objects, found.size) != (was.objects, was.size):
                await mend(outbox, repository, was, found)
        except ConditionFailed:
            continue
        return was, found
    raise Conflict(f"{repository.full_name} is being written to; try again later.")


async def _count(outbox: Outbox, repository_uid: str) -> Figures:
    objects, size = 0, 0
    async for records in objects_in(outbox, repository_uid, limit=PAGE):
        objects += len(records)
        size += sum(record.size for record in records)
    async for version in all_versions(outbox, repository_uid):
        size += version.size
    return Figures(objects, size)


async def reconcile_accounts(outbox: Outbox) -> list[Miscount]:
    """Each account whose counter was not the sum of its repositories' counters, and now is.

    Others write meanwhile: what is not found twice alike is left to the next time.
    """
    first = await _miscounts(outbox)
    sure = [one for one in await _miscounts(outbox) if one in first] if first else []
    mended = []
    for one in sure:
        with suppress(ConditionFailed):
            await mend_account(outbox, one.account_uid, one.was, one.found)
            mended.append(one)
    return mended


async def _miscounts(outbox: Outbox) -> list[Miscount]:
    counted = {one: await find_figures(outbox, one[0]) for one in await _accounts(outbox)}
    sums: defaultdict[str, Figures] = defaultdict(Figures)
    async for repository in all_repositories(outbox.table):
        one = await find_figures(outbox, repository.repository_uid)
        before = sums[one.account_uid]
        sums[one.account_uid] = Figures(before.objects + one.objects, before.size + one.size)
    told = (Miscount(*names, was, sums[names[0]]) for names, was in counted.items())
    return [one for one in told if one.was != one.found]


async def _accounts(outbox: Outbox) -> list[tuple[str, str]]:
    """The uids and names of all that storage knows."""
    return [(one.account_uid, one.account_id) async for one in all_accounts(outbox.table)]
