"""Bytes that no record names, as those of versions that went; they are removed.

What a change leaves is written down in its own transaction and goes when its time has come. What a
process leaves that dies between bytes and record is found by walking through the repository; it is
a day old by then, so that nothing goes which is still on its way to its record.
"""

import asyncio
import time

from services.storage.blobs.port import Folder, Found
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.leftovers import due_leftovers, forget, left_places
from services.storage.store.objects import find_object, find_objects, objects_in
from services.storage.store.uploads import find_upload
from services.storage.store.versions import all_versions, versions_of_key
from shared.contracts.repositories import Repository
from shared.identifiers import made_at

PAGE = 100
OLD_SECONDS = 24 * 3600


async def remove_left_over(resources: Resources) -> None:
    """What changes have left, and nobody reads any more. Several processes may do it at once."""
    while found := await due_leftovers(resources.outbox, limit=PAGE):
        for one in found:
            folder = Folder(one.account_id, one.repository_id, one.repository_uid)
            await resources.blobs.remove(folder, one.key, one.place)
            await forget(resources.outbox, one)


async def collect(resources: Resources, repository: Repository) -> int:
    """Remove the bytes of a repository that no record names; how many places."""
    folder, removed = folder_of(repository), 0
    # Parts first: those of an upload that is completed meanwhile are not old enough or named.
    removed += await _collect_uploads(resources, folder)
    async for batch in resources.blobs.walk(folder):
        old = [one for one in batch if is_old(one.appeared_us / 1_000_000)]
        for start in range(0, len(old), PAGE):
            removed += await _collect_some(resources, folder, old[start : start + PAGE])
            await asyncio.sleep(0)
    return removed


async def _collect_some(resources: Resources, folder: Folder, found: list[Found]) -> int:
    keys = [one.key for one in found]
    records = await find_objects(resources.outbox, folder.repository_uid, keys)
    unnamed = [
        one
        for one, record in zip(found, records, strict=True)
        if (record is None or record.place != one.stored.place)
        and not await _is_version(resources, folder, one)
    ]
    # What a change has left since waits for its own time: somebody may be reading it.
    left = await left_places(resources.outbox) if unnamed else set()
    gone = [one for one in unnamed if one.stored.place not in left]
    for one in gone:
        await resources.blobs.remove(folder, one.key, one.stored.place)
    return len(gone)


async def _is_version(resources: Resources, folder: Folder, found: Found) -> bool:
    versions = versions_of_key(resources.outbox, folder.repository_uid, found.key)
    async for one in versions:
        if one.place == found.stored.place:
            return True
    return False


async def _collect_uploads(resources: Resources, folder: Folder) -> int:
    there = [upload_id for _, upload_id in await resources.blobs.uploads(folder)]
    old = {upload_id for upload_id in there if is_old(made_at(upload_id))}
    if not old:
        return 0
    old -= await _named_uploads(resources, folder)
    left = await left_places(resources.outbox)
    old -= {resources.blobs.upload_at(place) for place in left}
    removed = 0
    for upload_id in sorted(old):
        if not await _is_wanted(resources, upload_id):
            await resources.blobs.drop_upload(folder, upload_id)
            removed += 1
    return removed


async def _named_uploads(resources: Resources, folder: Folder) -> set[str]:
    """The uploads whose parts are objects now, or versions."""
    named = set[str]()
    async for records in objects_in(resources.outbox, folder.repository_uid):
        named |= {resources.blobs.upload_at(record.place) for record in records}
    async for record in all_versions(resources.outbox, folder.repository_uid):
        named.add(resources.blobs.upload_at(record.place))
    return named


async def _is_wanted(resources: Resources, upload_id: str) -> bool:
    """Whether an upload is under way, or became an object after the records were read."""
    upload = await find_upload(resources.outbox, upload_id)
    if upload is None:
        return False
    if upload.state == "open":
        return True
    uid, key = upload.repository_uid, upload.key
    record = await find_object(resources.outbox, uid, key)
    if record is not None and resources.blobs.upload_at(record.place) == upload_id:
        return True
    places = [one.place async for one in versions_of_key(resources.outbox, uid, key)]
    return upload_id in map(resources.blobs.upload_at, places)


def is_old(seconds: float) -> bool:
    """Whether what was made then, in epoch seconds, has its record by now if it gets one."""
    return time.time() - seconds > OLD_SECONDS
