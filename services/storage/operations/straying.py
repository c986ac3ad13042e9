"""Bytes that lie where no record says, beside those that its record names.

A key has two places where bytes are sealed: one for what came before that and one for what came
since. A write from one to the other that dies leaves both.
"""

from services.storage.blobs.port import DamagedError, Folder, Found, GoneError, Stored
from services.storage.models import ObjectRecord
from services.storage.operations.healing import adopt, imprint_by_reading, lies
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.objects import find_object
from shared.contracts.repositories import Repository
from shared.log import logger
from shared.tables import ConditionFailed

log = logger("storage")


async def heal_stray(resources: Resources, repository: Repository, found: Found) -> bool:
    """Bytes at another place than their record names, whose own are there: whether they went.

    A write between two places died before its record or after it; either way nobody misses them.
    Only what somebody brought since is wanted: then the record is told of it.
    """
    folder, key = folder_of(repository), found.key
    async with resources.bursts.writing(folder), resources.blobs.locked(folder, key):
        record = await find_object(resources.outbox, repository.repository_uid, key)
        if record is None or record.place == found.stored.place:
            return False
        kept = Stored(record.place, record.mark)
        if not await lies(resources, folder, key, kept):
            return False
        if await _is_brought(resources, folder, found, record):
            return await _take_over(resources, repository, record, found)
        await resources.blobs.remove(folder, key, found.stored.place)
    log.info("a stray is gone", repository=repository.repository_uid)
    return True


async def _is_brought(
    resources: Resources, folder: Folder, found: Found, record: ObjectRecord
) -> bool:
    """Whether somebody put these bytes there by hand, after the record was written."""
    if found.appeared_us <= record.version:
        return False
    try:
        blob = await resources.blobs.open(folder, found.key, found.stored.place)
    except (GoneError, DamagedError):
        return False
    try:
        imprint = blob.imprint()
    finally:
        blob.close()
    return imprint is None or not imprint.is_own


async def _take_over(
    resources: Resources, repository: Repository, record: ObjectRecord, found: Found
) -> bool:
    folder, key = folder_of(repository), found.key
    blob = await resources.blobs.open(folder, key, found.stored.place)
    try:
        imprint = blob.imprint() or await imprint_by_reading(blob)
        is_adopted = await adopt(resources, repository, record, (key, blob, imprint))
    except ConditionFailed:
        return False
    finally:
        blob.close()
    if is_adopted:
        await resources.blobs.remove(folder, key, record.place)
    return is_adopted
