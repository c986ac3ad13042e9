"""Deleted for good: when its time has come, the record goes, everyone is told, its history goes."""

import asyncio

from services.repositories.operations.changes import Cause, told
from services.repositories.operations.resources import Resources
from services.repositories.operations.share_links import revoked, told_sealed
from services.repositories.store.histories import (
    drop_history,
    history_to_drop,
    next_histories,
)
from services.repositories.store.names import commit
from services.repositories.store.repositories import due_for_purging, gone_repository
from services.repositories.store.share_links import gone_link, gone_links, links_of
from shared.contracts.repositories import Repository, RepositoryPurged
from shared.errors import Problem
from shared.log import logger
from shared.outbox import next_version
from shared.tables import ConditionFailed

log = logger("repositories")
OURSELVES = "repositories"


async def purge_due(resources: Resources) -> int:
    """Whatever is due now, in steps that can be cut short anywhere; how many were purged."""
    purged = 0
    while due := await due_for_purging(resources.outbox, moment=resources.rules.seconds()):
        done = [await _purge(resources, repository) for repository in due]
        purged += sum(done)
        if not any(done):
            break
    for repository_uid in await next_histories(resources.outbox):
        await drop_history(resources.outbox, repository_uid)
    return purged


async def keep_purging(resources: Resources, seconds: float) -> None:
    """Now and every while."""
    while True:
        try:
            await purge_due(resources)
        except Problem as problem:
            log.warning("cannot purge yet", reason=problem.detail)
        except Exception:
            log.exception("purging failed")
        await asyncio.sleep(seconds)


async def _drop_links(resources: Resources, repository: Repository) -> None:
    """Its share links are forgotten here, and where they are checked."""
    while links := await links_of(resources.outbox, repository.repository_uid):
        for link in links:
            told = told_sealed(revoked(link), OURSELVES)
            history = history_to_drop(link.link_id, moment=resources.rules.seconds())
            await resources.outbox.commit(*gone_link(link), told, history)


async def _purge(resources: Resources, before: Repository) -> bool:
    """False where somebody else had it back, or purged it, in between."""
    if before.purged_after is None or before.purged_after > resources.rules.clock():
        return False
    await _drop_links(resources, before)
    after = before.model_copy(update={"version": next_version(before.version)})
    try:
        await commit(
            resources.outbox,
            *gone_repository(before),
            gone_links(before.repository_uid),
            history_to_drop(before.repository_uid, moment=resources.rules.seconds()),
            told(RepositoryPurged, after, Cause(OURSELVES)),
        )
    except ConditionFailed:
        return False
    return True
