"""Versions and their bytes looked at anew, after a crash or because files were moved by hand."""

from services.storage.blobs.port import Stored
from services.storage.models import ObjectRecord
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import name_of
from services.storage.store.objects import find_object, objects_in
from services.storage.store.versions import all_versions
from shared.contracts.repositories import Repository

ACTOR = "storage"


async def check_versions(resources: Resources, repository: Repository) -> int:
    """Make versions and files fit where a key has one place; how many did not."""
    if not await resources.blobs.exists(folder_of(repository)):
        return 0
    mended = await _drop_lost(resources, repository)
    return mended + await _drop_second_names(resources, repository)


async def _drop_lost(resources: Resources, repository: Repository) -> int:
    """Versions without bytes."""
    folder, uid, lost = folder_of(repository), repository.repository_uid, list[ObjectRecord]()
    async for one in all_versions(resources.outbox, uid):
        there = (
            one.is_marker
            or (await resources.blobs.look_many(folder, {one.key: one.place}))[one.key]
        )
        if not there:
            lost.append(one)
    for one in lost:
        await delete_version(resources, repository, one.key, one.shown_version, actor=ACTOR)
    return len(lost)


async def _drop_second_names(resources: Resources, repository: Repository) -> int:
    """Bytes of objects that are under the name of a version too, since a change that died."""
    folder, dropped = folder_of(repository), 0
    async for records in objects_in(resources.outbox, repository.repository_uid):
        places = {
            one.key: resources.blobs.version_place(one.place, name_of(one.stamp)) for one in records
        }
        there = await resources.blobs.look_many(folder, places)
        for record in records:
            if there[record.key] == Stored(places[record.key], record.mark):
                dropped += await _drop_second_name(resources, repository, record)
    return dropped


async def _drop_second_name(
    resources: Resources, repository: Repository, record: ObjectRecord
) -> bool:
    folder, key, blobs = folder_of(repository), record.key, resources.blobs
    async with blobs.locked(folder, key):
        now = await find_object(resources.outbox, repository.repository_uid, key)
        there = (await blobs.look_many(folder, {key: record.place}))[key]
        if now != record or there != Stored(record.place, record.mark):
            return False
        await blobs.remove(folder, key, blobs.version_place(record.place, name_of(record.stamp)))
    return True
