"""What goes by its age: earlier versions, by a repository's rule, and uploads nobody completes.

Looked for now and then, by any process.

Each goes by itself, so whoever dies while it is at it leaves the rest to the next; two that are at
it at once find the same.
"""

import asyncio
import time
from itertools import pairwise

from services.storage.models import ObjectRecord, Upload
from services.storage.operations.multipart import PartAddress, abort_upload
from services.storage.operations.removing import delete_earlier
from services.storage.operations.resources import Resources
from services.storage.s3.errors import S3Error
from services.storage.store.objects import find_object
from services.storage.store.uploads import uploads_from
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


async def expire_uploads(resources: Resources, repository: Repository, *, until_us: int) -> int:
    """Abort those that began before then and are under way still; how many."""
    uid, start, more, aborted = repository.repository_uid, "", True, 0
    while more:
        uploads, more = await uploads_from(
            resources.outbox, uid, prefix="", start=start, limit=PAGE
        )
        for upload in uploads:
            if upload.initiated_ms * 1000 < until_us:
                aborted += await _abort(resources, repository, upload)
            # More of one key than a page holds wait for the next round.
            start = f"{upload.key}\0"
    return aborted


async def _abort(resources: Resources, repository: Repository, upload: Upload) -> bool:
    """Whether it was still there."""
    try:
        await abort_upload(resources, repository, PartAddress(upload.upload_id, upload.key))
    except S3Error as error:
        if error.code != "NoSuchUpload":
            raise
        return False
    return True


async def keep_expiring(resources: Resources, seconds: float, upload_days: int) -> None:
    """Look through all repositories now and every so often."""
    while True:
        async for repository in all_repositories(resources.outbox.table):
            try:
                await look_through(resources, repository, upload_days)
            except Problem as problem:
                log.warning("what is over its time stays for now", reason=problem.detail)
            except Exception:
                log.exception("expiring failed", repository=repository.repository_uid)
        await asyncio.sleep(seconds)


async def look_through(resources: Resources, repository: Repository, upload_days: int) -> None:
    """Let go what is over its time by now."""
    uid, now_us = repository.repository_uid, time.time_ns() // 1000
    until_us = now_us - upload_days * DAY_US
    if aborted := await expire_uploads(resources, repository, until_us=until_us):
        log.info("uploads expired", repository=uid, uploads=aborted)
    if removed := await expire_versions(resources, repository, now_us=now_us):
        log.info("versions expired", repository=uid, versions=removed)
