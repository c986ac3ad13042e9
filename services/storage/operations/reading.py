"""One object for reading: its record, and its bytes held open."""

from dataclasses import dataclass
from functools import partial

from services.storage.blobs.connected import ConnectedBlob
from services.storage.blobs.port import Blob, GoneError, LostError
from services.storage.models import ObjectRecord
from services.storage.operations.connections import far_of
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.telling import said_of
from services.storage.store.objects import find_object
from services.storage.store.versions import version_called
from shared.contracts.repositories import Repository
from shared.errors import NotFound

LOOKS = 3


@dataclass(slots=True)
class Opened:
    """An object whose bytes are held open; `close` it."""

    record: ObjectRecord
    blob: Blob

    def close(self) -> None:
        """Let go of the bytes."""
        self.blob.close()


async def get_record(resources: Resources, repository: Repository, key: str) -> ObjectRecord:
    """The record of an object; NotFound."""
    record = await find_object(resources.outbox, repository.repository_uid, key)
    if record is None:
        raise NotFound("There is no such object.")
    return record


async def get_version(
    resources: Resources, repository: Repository, key: str, version_id: str
) -> ObjectRecord:
    """The record of a version, which may be a marker; empty, of what the key has now. NotFound."""
    record = await find_object(resources.outbox, repository.repository_uid, key)
    if version_id and (record is None or record.shown_version != version_id):
        uid = repository.repository_uid
        record = await version_called(resources.outbox, uid, key, version_id)
    if record is None:
        raise NotFound("There is no such object.")
    return record


async def open_version(
    resources: Resources, repository: Repository, key: str, version_id: str
) -> Opened:
    """A version with its bytes open. NotFound; also for a marker, which has none."""
    for _ in range(LOOKS):
        record = await get_version(resources, repository, key, version_id)
        if record == await find_object(resources.outbox, repository.repository_uid, key):
            opened = await open_object(resources, repository, key)
            if opened.record.shown_version == version_id:
                return opened
            opened.close()
            continue
        blob = None if record.is_marker else await open_blob(resources, repository, record)
        if blob is not None:
            return Opened(record if blob.mark == record.mark else as_found(record, blob), blob)
        if not record.is_marker:
            await demand_folder(resources, repository)
    raise NotFound("There is no such version.")


async def open_object(resources: Resources, repository: Repository, key: str) -> Opened:
    """An object with its bytes open, whose headers fit them; NotFound."""
    if repository.connection_uid:
        # Whether they fit is asked when they are read.
        now = await get_record(resources, repository, key)
        return Opened(now, await _connected(resources, repository, now))
    recent = resources.recent
    record = recent.find(repository.repository_uid, key)
    if record is None:
        record = await get_record(resources, repository, key)
        recent.keep(record)
    blob = await open_blob(resources, repository, record)
    if blob is not None and blob.mark == record.mark:
        return Opened(record, blob)
    if blob is not None:
        blob.close()
    return await _reopen(resources, repository, key)


async def open_blob(
    resources: Resources, repository: Repository, record: ObjectRecord
) -> Blob | None:
    """The bytes where the record says that they are."""
    if repository.connection_uid:
        return await _connected(resources, repository, record)
    try:
        return await resources.blobs.open(folder_of(repository), record.key, record.place)
    except GoneError:
        return None


async def _connected(
    resources: Resources, repository: Repository, record: ObjectRecord
) -> ConnectedBlob:
    """The bytes in their owner's bucket, not yet asked for. Forbidden, Unavailable."""
    check = partial(resources.connections.bucket, resources.outbox.table, repository)
    look = partial(resources.ask_to_heal, repository, record.key)
    return ConnectedBlob(await check(), far_of(repository, record), look, check)


async def _reopen(resources: Resources, repository: Repository, key: str) -> Opened:
    """Record and bytes did not fit. Wait for a write that is under way and look again.

    If they still do not fit, somebody changed the file: it is served with what is known of it, and
    looked after in the background.
    """
    async with resources.blobs.locked(folder_of(repository), key):
        record = await get_record(resources, repository, key)
        resources.recent.keep(record)
        blob = await open_blob(resources, repository, record)
    if blob is None:
        await demand_folder(resources, repository)
        resources.ask_to_heal(repository, key)
        raise NotFound("There is no such object.")
    if blob.mark != record.mark:
        resources.ask_to_heal(repository, key)
        record = as_found(record, blob)
    return Opened(record, blob)


async def demand_folder(resources: Resources, repository: Repository) -> None:
    """Raises LostError where bytes that have a record are not gone but out of reach.

    Of files where a whole repository is missing; in a bucket, where the record is the authority,
    as long as a mirror may have them.
    """
    if resources.blobs.lingers is not None:
        is_lost = bool(resources.mirrors)
    else:
        is_lost = not await resources.blobs.exists(folder_of(repository))
    if is_lost:
        raise LostError("The bytes of this object are out of reach.")


def as_found(record: ObjectRecord, blob: Blob) -> ObjectRecord:
    """The record with what can be said of other bytes than its own, without reading them."""
    imprint = blob.imprint()
    etag = f"{blob.mark}-changed"
    if imprint is not None:
        etag = etag_of(imprint.md5, imprint.parts)
    said = said_of(record.key, record, imprint)
    return ObjectRecord(
        record.repository_uid,
        record.key,
        record.version,
        blob.size,
        etag,
        blob.modified_ms,
        said.content_type,
        blob.place,
        blob.mark,
        record.created_by,
        metadata=said.metadata,
        headers=said.headers,
        tags=said.tags,
        version_id=record.version_id,
    )


def etag_of(md5: bytes, parts: int) -> str:
    """The ETag of bytes that came in one go, or in so many parts."""
    return f"{md5.hex()}-{parts}" if parts else md5.hex()
