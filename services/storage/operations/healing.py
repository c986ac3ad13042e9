"""Bytes and records that do not fit each other, after a crash or because someone edited a file.

The file is the authority for bytes, the record for all else, unless the file is the newer one. A
file without a record becomes an object, unless it is what a deletion left; a record without a file
goes, while its repository's folder is there at all (a disk that is not mounted must not look like a
great deletion).
"""

import time
from contextlib import suppress
from dataclasses import replace

from services.storage.blobs.port import (
    Blob,
    DamagedError,
    Folder,
    GoneError,
    Imprint,
    Stored,
)
from services.storage.models import ObjectRecord
from services.storage.operations.reading import etag_of
from services.storage.operations.receiving import KEPT, base64_of, imprint_of
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import (
    find_standing,
    marker_of,
    name_of,
    succeed,
    version_after,
    version_id_of,
)
from services.storage.operations.telling import said_by, said_of
from services.storage.s3.checksums import Checksums
from services.storage.store.objects import (
    created,
    deleted,
    find_object,
    last_version,
    object_row,
    unchanged,
)
from services.storage.store.versions import versions_of_key
from shared.contracts.repositories import Repository
from shared.log import logger
from shared.tables import Action, ConditionFailed, Put

log = logger("storage")
ACTOR = "storage"


async def heal_object(resources: Resources, repository: Repository, key: str) -> bool:
    """Make record and bytes of one key fit again; whether anything was changed.

    Nothing is changed while somebody else writes: then it fits already, or is asked for again. Nor
    does anyone get bytes that are known to be damaged for what was stored.
    """
    try:
        return await _heal(resources, repository, key)
    except DamagedError:
        log.error("damaged bytes stay as they are", repository=repository.repository_uid)  # noqa: TRY400
        return False


async def _heal(resources: Resources, repository: Repository, key: str) -> bool:
    folder = folder_of(repository)
    record = await find_object(resources.outbox, repository.repository_uid, key)
    if resources.blobs.lingers is not None:
        # The record is the authority: only an operator can tell what became of its bytes.
        version = record.version if record is not None else 0
        log.error(
            "bytes are not what was stored", repository=folder.repository_uid, version=version
        )
        return False
    if record is not None and await _put_back(resources, repository, record):
        return True
    blob = await _look(resources, folder, key, record)
    if blob is None:
        return record is not None and await _drop(resources, repository, record)
    try:
        if record is not None and fits(record, blob):
            return False
        # Reading a large file takes its time: the key is locked only afterwards.
        imprint = blob.imprint() or await imprint_by_reading(blob)
        async with resources.bursts.writing(folder), resources.blobs.locked(folder, key):
            return await adopt(resources, repository, record, (key, blob, imprint))
    except ConditionFailed:
        return False
    finally:
        blob.close()


def fits(record: ObjectRecord, blob: Blob) -> bool:
    """Whether these are the bytes that the record is about."""
    return (record.place, record.mark) == (blob.place, blob.mark)


async def _put_back(resources: Resources, repository: Repository, record: ObjectRecord) -> bool:
    """Whether a change died that had kept the bytes of this record: it never was."""
    folder, key, blobs = folder_of(repository), record.key, resources.blobs
    version = Stored(blobs.version_place(record.place, name_of(record.stamp)), record.mark)
    if not await lies(resources, folder, key, version):
        return False
    async with resources.bursts.writing(folder), blobs.locked(folder, key):
        now = await find_object(resources.outbox, repository.repository_uid, key)
        there = (await blobs.look_many(folder, {key: record.place}))[key]
        if now != record or (there is not None and there.mark == record.mark):
            return False
        published = await blobs.restore(folder, key, version, Stored(record.place, record.mark))
        await published.settle()
    log.info("put back", repository=repository.repository_uid, version=record.version)
    return True


async def lies(resources: Resources, folder: Folder, key: str, stored: Stored) -> bool:
    """Whether these very bytes are at their place."""
    return (await resources.blobs.look_many(folder, {key: stored.place}))[key] == stored


async def _is_version(resources: Resources, repository: Repository, key: str, mark: str) -> bool:
    """Whether bytes are those of a version, which has them under its own name too."""
    folder, uid = folder_of(repository), repository.repository_uid
    async for one in versions_of_key(resources.outbox, uid, key):
        if one.mark == mark and await lies(resources, folder, key, Stored(one.place, mark)):
            return True
    return False


async def _look(
    resources: Resources, folder: Folder, key: str, record: ObjectRecord | None
) -> Blob | None:
    """The bytes where the record says that they are, else wherever they are."""
    if record is not None:
        with suppress(GoneError):
            return await resources.blobs.open(folder, key, record.place)
    return await resources.blobs.look(folder, key)


async def imprint_by_reading(blob: Blob) -> Imprint:
    """Of bytes that somebody else wrote, or nobody knows when."""
    computed = Checksums(KEPT)
    await blob.feed(computed.update)
    return replace(imprint_of(computed), is_own=False)


async def adopt(
    resources: Resources,
    repository: Repository,
    record: ObjectRecord | None,
    seen: tuple[str, Blob, Imprint],
) -> bool:
    """Write the record of the bytes, if neither has changed since they were looked at."""
    key, blob, imprint = seen
    folder, uid = folder_of(repository), repository.repository_uid
    there = (await resources.blobs.look_many(folder, {key: blob.place}))[key]
    if there is None or there.mark != blob.mark:
        return False
    if await find_object(resources.outbox, uid, key) != record:
        return False
    previous = await last_version(resources.outbox, uid, key, record)
    if record is None and (
        is_left_over(blob, imprint, previous)
        or await _is_version(resources, repository, key, blob.mark)
    ):
        await resources.blobs.remove(folder, key, blob.place)
        return True
    adopted = adopted_record(uid, record, seen)
    await resources.outbox.commit(*await _actions(resources, repository, adopted, record))
    log.info("mended", repository=uid, version=adopted.version, size=adopted.size)
    return True


def is_left_over(blob: Blob, imprint: Imprint, deleted_version: int | None) -> bool:
    """Whether a deletion wrote its record and then died, before it came to the bytes.

    Bytes that came after the deletion are somebody's wish, even where they bring an old imprint
    along and got the inode of the file that was deleted.
    """
    return (
        deleted_version is not None
        and imprint.is_own
        and imprint.stamp <= deleted_version
        and blob.appeared_us <= deleted_version
    )


async def _actions(
    resources: Resources,
    repository: Repository,
    adopted: ObjectRecord,
    record: ObjectRecord | None,
) -> list[Action]:
    if record is not None and _is_alike(record, adopted):
        # The same bytes in a new file, as a restored backup has them: nothing to announce.
        adopted.version, adopted.modified_ms = record.version, record.modified_ms
        adopted.checksums, adopted.crc32 = record.checksums, record.crc32
        adopted.version_id = record.version_id
        return [Put(object_row(adopted), when=unchanged(record))]
    standing = await find_standing(resources, repository, adopted.key)
    adopted.version = await version_after(resources, repository, standing)
    adopted.version_id = version_id_of(repository, adopted.version)
    # What was under the key is gone: somebody wrote over it.
    rows = await succeed(resources, repository, standing, adopted, None)
    own = created(repository, adopted, before=record, actor=ACTOR, freed=rows.freed)
    return [*own, *rows.actions, *resources.to_copy(repository, adopted.key)]


def _is_alike(record: ObjectRecord, adopted: ObjectRecord) -> bool:
    """Whether they say the same to whoever asks for the object."""
    same_bytes = (record.etag, record.size) == (adopted.etag, adopted.size)
    return same_bytes and said_by(record) == said_by(adopted)


def adopted_record(
    repository_uid: str, record: ObjectRecord | None, seen: tuple[str, Blob, Imprint]
) -> ObjectRecord:
    """The record that bytes get which were found: what was known of the key stays."""
    key, blob, imprint = seen
    said = said_of(key, record, imprint)
    return ObjectRecord(
        repository_uid,
        key,
        0,
        blob.size,
        etag_of(imprint.md5, imprint.parts),
        time.time_ns() // 1_000_000,
        said.content_type,
        blob.place,
        blob.mark,
        record.created_by if record else "",
        {"crc64nvme": base64_of(imprint.crc64nvme)},
        said.metadata,
        said.headers,
        tags=said.tags,
    )


async def _drop(resources: Resources, repository: Repository, record: ObjectRecord) -> bool:
    """There are no bytes for this record any more."""
    folder = folder_of(repository)
    if not await resources.blobs.exists(folder):
        log.warning("a repository's folder is missing", repository=repository.repository_uid)
        return False
    async with resources.bursts.writing(folder), resources.blobs.locked(folder, record.key):
        blob = await resources.blobs.look(folder, record.key)
        if blob is not None:
            blob.close()
            return False
        try:
            await _forget(resources, repository, record)
        except ConditionFailed:
            return False
    log.info("a record without bytes is gone", repository=repository.repository_uid)
    return True


async def _forget(resources: Resources, repository: Repository, record: ObjectRecord) -> None:
    """A deletion of what has no bytes. Raises ConditionFailed."""
    standing = await find_standing(resources, repository, record.key)
    version = await version_after(resources, repository, standing)
    gone = marker_of(repository, record.key, version, actor=ACTOR)
    rows = await succeed(resources, repository, standing, gone, None)
    own = deleted(repository, record, gone, actor=ACTOR, freed=rows.freed)
    to_copy = resources.to_copy(repository, record.key)
    await resources.outbox.commit(*own, *rows.actions, *to_copy)
