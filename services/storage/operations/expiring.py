"""Earlier versions that a repository's rule lets go: looked for now and then, by any process.

Each goes by itself, so whoever dies while it is at it leaves the rest to the next; two that are at
it at once find the same.
"""

import asyncio
import time
from itertools import pairwise

from services.storage.models import ObjectRecord
from services.storage.operations.removing import delete_earlier
from services.storage.operations.resources import Resources
from services.storage.store.objects import find_object
from services.storage.store.versions import trails_from, versions_of_key
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.log import logger
from shared.snapshots import all_repositories

log = logger("storage")
PAGE = 100
ACTOR = "storage"
DAY_US = 24 * 3600 * 1_000_000


async def expire_versions(resources: Resources, repository: Repository, *, now_us: int) -> int:
    """Remove what goes by now, in epoch microseconds; how many versions."""
    days, start, more, removed = repository.retention.days, "", True, 0
    while days is not None and more:
        uid = repository.repository_uid
        keys, more = await trails_from(resources.outbox, uid, start, prefix="", limit=PAGE)
        for key in keys:
            removed += await _expire(resources, repository, key, now_us - days * DAY_US)
            start = f"{key}\0"
    return removed


async def _expire(resources: Resources, repository: Repository, key: str, until: int) -> int:
    uid = repository.repository_uid
    record = await find_object(resources.outbox, uid, key)
    versions = [one async for one in versions_of_key(resources.outbox, uid, key)]
    if record is not None:
        versions.insert(0, record)
    gone = gone_by(versions, until, newest=repository.retention.newest)
    for one in gone:
        await delete_earlier(resources, repository, one, actor=ACTOR)
    return len(gone)


def gone_by(versions: list[ObjectRecord], until: int, *, newest: int) -> list[ObjectRecord]:
    """Of a key's versions, newest first, those that something took the place of before that.

    The `newest` of them stay; a marker goes that nothing is left behind.
    """
    gone, stay = list[ObjectRecord](), newest
    for newer, version in pairwise(versions):
        if stay and not version.is_marker:
            stay -= 1
        elif newer.stamp < until:
            gone.append(version)
    for first in versions[:1]:
        if first.is_marker and first.stamp < until and len(gone) == len(versions) - 1:
            gone.append(first)
    return gone


async def keep_expiring(resources: Resources, seconds: float) -> None:
    """Look through all repositories now and every so often."""
    while True:
        async for repository in all_repositories(resources.outbox.table):
            try:
                now_us = time.time_ns() // 1000
                removed = await expire_versions(resources, repository, now_us=now_us)
            except Problem as problem:
                log.warning("versions stay for now", reason=problem.detail)
            except Exception:
                log.exception("expiring failed", repository=repository.repository_uid)
            else:
                if removed:
                    uid = repository.repository_uid
                    log.info("versions expired", repository=uid, versions=removed)
        await asyncio.sleep(seconds)
