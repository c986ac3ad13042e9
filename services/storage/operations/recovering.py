"""After a crash, and for files put there by hand: whole repositories looked at anew."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from services.storage.blobs.port import Found
from services.storage.models import DirtyMark
from services.storage.operations.checking import check_versions
from services.storage.operations.collecting import collect, is_old, remove_left_over
from services.storage.operations.healing import heal_object
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.straying import heal_stray
from services.storage.store.figures import fold
from services.storage.store.marks import clear_mark, dirty_marks
from services.storage.store.objects import find_objects, objects_in
from services.storage.store.uploads import find_upload, remove_parts
from shared.contracts.repositories import Repository, Versioning
from shared.errors import Problem
from shared.identifiers import made_at
from shared.log import logger

LOOK_SECONDS = 15.0
PAGE = 100
log = logger("storage")

FindRepository = Callable[[DirtyMark], Awaitable[Repository | None]]


async def reindex(resources: Resources, repository: Repository) -> int:
    """Make records and files of a whole repository fit, while it is served; how many did not."""
    if repository.connection_uid:
        # None of its bytes are here, and none of its records are about what is.
        return 0
    if resources.blobs.lingers is not None:
        return await collect(resources, repository)
    mended = 0
    async for key in records_without_bytes(resources, repository):
        mended += await heal_object(resources, repository, key)
    async for found in bytes_without_record(resources, repository):
        mended += await heal_object(resources, repository, found.key) or await heal_stray(
            resources, repository, found
        )
    if repository.versioning is not Versioning.OFF:
        mended += await check_versions(resources, repository)
    return mended


async def records_without_bytes(resources: Resources, repository: Repository) -> AsyncIterator[str]:
    """Keys whose record does not fit what lies there, or has nothing there."""
    folder, uid = folder_of(repository), repository.repository_uid
    async for records in objects_in(resources.outbox, uid):
        there = await resources.blobs.look_many(folder, {one.key: one.place for one in records})
        for record in records:
            stored = there[record.key]
            if stored is None or stored.mark != record.mark:
                yield record.key


async def bytes_without_record(
    resources: Resources, repository: Repository
) -> AsyncIterator[Found]:
    """Bytes that no record names: of a key that has none, or has its bytes at another place."""
    async for found in resources.blobs.walk(folder_of(repository)):
        for start in range(0, len(found), PAGE):
            some = found[start : start + PAGE]
            keys = [one.key for one in some]
            records = await find_objects(resources.outbox, repository.repository_uid, keys)
            for one, record in zip(some, records, strict=True):
                if record is None or record.place != one.stored.place:
                    yield one
            # Looks are made on the loop: others have their turn in between.
            await asyncio.sleep(0)


async def recover(resources: Resources, find_repository: FindRepository) -> None:
    """Once: remove what dead processes left, and look at the repositories they wrote to."""
    swept = await resources.blobs.sweep()
    if swept:
        log.info("swept", files=swept)
    if resources.blobs.lingers is None:
        await drop_ended_uploads(resources)
    await remove_left_over(resources)
    dead: dict[str, list[DirtyMark]] = defaultdict(list)
    for mark in await dirty_marks(resources.outbox):
        if not await resources.blobs.is_alive(mark.process):
            dead[mark.repository_uid].append(mark)
    for marks in dead.values():
        repository = await find_repository(marks[0])
        if repository is not None:
            await _look_anew(resources, repository, marks)


async def _look_anew(
    resources: Resources, repository: Repository, marks: Sequence[DirtyMark]
) -> None:
    uid = repository.repository_uid
    ripe = [mark for mark in marks if _is_ripe(resources, mark)]
    if ripe:
        mended = await reindex(resources, repository)
        log.info("looked at anew", repository=uid, mended=mended)
    await fold(resources.outbox, uid)
    for mark in ripe:
        await clear_mark(resources.outbox, mark.burst)


def _is_ripe(resources: Resources, mark: DirtyMark) -> bool:
    """Whether what its process left can be told from what others are writing."""
    return resources.blobs.lingers is None or is_old(made_at(mark.burst))


async def drop_ended_uploads(resources: Resources) -> None:
    """Parts whose upload is done or aborted: whoever ended it died before it came to them."""
    for place, upload_id in await resources.blobs.uploads():
        upload = await find_upload(resources.outbox, upload_id)
        if upload is None or upload.state == "done":
            folder = place._replace(repository_uid=upload.repository_uid if upload else "")
            await resources.blobs.drop_upload(folder, upload_id)
            await remove_parts(resources.outbox, upload_id)


async def keep_recovering(resources: Resources, find_repository: FindRepository) -> None:
    """Recover now and every while, since a sibling may die at any time."""
    while True:
        try:
            await recover(resources, find_repository)
        except Problem as problem:
            log.warning("cannot recover yet", reason=problem.detail)
        except Exception:
            log.exception("recovering failed")
        await asyncio.sleep(LOOK_SECONDS)


async def keep_healing(resources: Resources) -> None:
    """Look after the keys that readers came across."""
    while True:
        repository, key = await resources.ailing.get()
        try:
            await heal_object(resources, repository, key)
        except Problem as problem:
            log.warning("cannot heal yet", reason=problem.detail)
        except Exception:
            log.exception("healing failed", repository=repository.repository_uid)
