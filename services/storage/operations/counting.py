"""Counters checked against what is there, and put right."""

from services.storage.models import Figures
from services.storage.store.figures import fold, mend
from services.storage.store.objects import objects_page
from services.storage.store.versions import all_versions
from shared.contracts.repositories import Repository
from shared.errors import Conflict
from shared.outbox import Outbox
from shared.tables import ConditionFailed

PAGE = 1000
TRIES = 5


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
    objects, size, cursor = 0, 0, None
    while True:
        records, cursor = await objects_page(outbox, repository_uid, limit=PAGE, cursor=cursor)
        objects += len(records)
        size += sum(record.size for record in records)
        if cursor is None:
            break
    async for version in all_versions(outbox, repository_uid):
        size += version.size
    return Figures(objects, size)
