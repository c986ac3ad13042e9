"""Object records, and the events that are written with them."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from services.storage.models import ObjectRecord
from services.storage.store.figures import counted
from services.storage.store.layout import RECORD_VERSION, objects_of
from shared.contracts.repositories import Repository
from shared.contracts.storage import (
    ObjectCreated,
    ObjectDeleted,
    ObjectTagged,
    ObjectVersion,
    StoredObject,
)
from shared.identifiers import object_uid
from shared.outbox import Outbox, announce, next_version
from shared.paging import stretches
from shared.tables import (
    Absent,
    Action,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Page,
    Put,
    Update,
)


def object_row(record: ObjectRecord) -> Item:
    """An object as it is kept; what is empty is left out, since listings read a thousand rows."""
    row: Item = {
        "pk": objects_of(record.repository_uid),
        "sk": record.key,
        "schema": RECORD_VERSION,
        "version": record.version,
        "size": record.size,
        "etag": record.etag,
        "modified": record.modified_ms,
        "type": record.content_type,
        "place": record.place,
        "mark": record.mark,
        "by": record.created_by,
        "sums": record.checksums,
    }
    optional = {
        "meta": record.metadata,
        "head": record.headers,
        "parts": record.parts,
        "tags": record.tags,
        "crc32": record.crc32,
        "vid": record.version_id,
        "marker": record.is_marker,
        "partsums": b64encode(record.part_sums).decode(),
    }
    row.update({name: value for name, value in optional.items() if value})
    return row


def object_of(repository_uid: str, row: Item) -> ObjectRecord:
    """The record in a row."""
    return ObjectRecord(
        repository_uid,
        row["sk"],
        row["version"],
        row["size"],
        row["etag"],
        row["modified"],
        row["type"],
        row["place"],
        row["mark"],
        row["by"],
        row["sums"],
        row.get("meta", {}),
        row.get("head", {}),
        row.get("parts", []),
        row.get("tags", {}),
        row.get("crc32", ""),
        row.get("vid", ""),
        row.get("marker", False),
        b64decode(row.get("partsums", "")),
    )


async def find_object(outbox: Outbox, repository_uid: str, key: str) -> ObjectRecord | None:
    """The object under this key."""
    row = await outbox.table.get(objects_of(repository_uid), key)
    return object_of(repository_uid, row) if row is not None else None


async def find_objects(
    outbox: Outbox, repository_uid: str, keys: Sequence[str]
) -> list[ObjectRecord | None]:
    """The objects under these keys, in the same order."""
    partition = objects_of(repository_uid)
    rows = await outbox.table.get_many([(partition, key) for key in keys])
    return [object_of(repository_uid, row) if row is not None else None for row in rows]


async def objects_page(
    outbox: Outbox, repository_uid: str, *, limit: int, cursor: str | None, start: str = ""
) -> tuple[list[ObjectRecord], str | None]:
    """Some objects in the order of their keys, from one on, and where to go on."""
    page = await outbox.table.query(
        objects_of(repository_uid), start=start or None, limit=limit, cursor=cursor
    )
    return [object_of(repository_uid, row) for row in page.items], page.cursor


def objects_in(
    outbox: Outbox, repository_uid: str, *, limit: int = 100, start: str = ""
) -> AsyncIterator[list[ObjectRecord]]:
    """All objects of a repository in the order of their keys, from one on, some at a time."""
    read = partial(objects_page, outbox, repository_uid, limit=limit, start=start)
    return stretches(lambda cursor: read(cursor=cursor))


async def rows_from(
    outbox: Outbox, repository_uid: str, start: str, *, prefix: str, limit: int
) -> Page:
    """The rows of a listing, as they are: making records of them would double its cost."""
    return await outbox.table.query(
        objects_of(repository_uid), start=start or None, prefix=prefix or None, limit=limit
    )


async def last_version(
    outbox: Outbox, repository_uid: str, key: str, before: ObjectRecord | None
) -> int | None:
    """The version to go on above: the record's, or that of its deletion."""
    if before is not None:
        return before.version
    return await outbox.latest_version(object_uid(repository_uid, key))


def created(
    repository: Repository,
    record: ObjectRecord,
    *,
    before: ObjectRecord | None,
    actor: str,
    freed: int = 0,
) -> list[Action]:
    """The object and its event, if `before` is still what is stored; so many bytes go for it."""
    data = ObjectCreated(
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        object=stored_object(repository, record),
    )
    aggregate = data.object.object_uid
    more = (0 if before else 1, record.size - freed)
    return [
        Put(object_row(record), when=unchanged(before)),
        announce(data, aggregate=aggregate, version=record.version, actor=actor),
        counted(repository, (record.version, aggregate), *more),
    ]


def tagged(
    repository: Repository, record: ObjectRecord, before: ObjectRecord, *, actor: str
) -> list[Action]:
    """The object with other tags and its event, if `before` is still what is stored."""
    data = ObjectTagged(
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        object=stored_object(repository, record),
    )
    aggregate = data.object.object_uid
    return [
        Put(object_row(record), when=unchanged(before)),
        announce(data, aggregate=aggregate, version=record.version, actor=actor),
    ]


def deleted(
    repository: Repository, record: ObjectRecord, gone: ObjectRecord, *, actor: str, freed: int
) -> list[Action]:
    """No object any more, and its event, if `record` is still what is stored.

    `gone` is the marker of the deletion, kept or not.
    """
    version = gone.version
    told = {"version": version, "version_id": gone.version_id}
    was = stored_object(repository, record).model_copy(update=told)
    data = ObjectDeleted(
        account_id=repository.account_id, repository_id=repository.repository_id, object=was
    )
    return [
        Delete(objects_of(record.repository_uid), record.key, when=unchanged(record)),
        announce(data, aggregate=was.object_uid, version=version, actor=actor),
        counted(repository, (version, was.object_uid), -1, -freed),
    ]


def nothing_there(
    repository: Repository, key: str, gone: ObjectRecord, *, freed: int
) -> list[Action]:
    """There is no object still: nothing is announced, but so many bytes of versions go."""
    uid = object_uid(repository.repository_uid, key)
    check = Check(objects_of(repository.repository_uid), key, when=Absent())
    return [check, counted(repository, (gone.version, uid), 0, -freed)]


async def drop_object(outbox: Outbox, repository: Repository, record: ObjectRecord) -> bool:
    """Forget an object and what became of it; nothing is announced.

    False where an event of it waits to be published: the object stays, to be found again.
    """
    uid = object_uid(record.repository_uid, record.key)
    if not await outbox.forget(uid):
        return False
    less = counted(repository, (next_version(record.version), uid), -1, -record.size)
    gone = Delete(objects_of(record.repository_uid), record.key, when=unchanged(record))
    with suppress(ConditionFailed):  # Another process was faster, and counted it.
        await outbox.table.write(gone, less)
    return True


async def keep_crc32(outbox: Outbox, sums: Sequence[tuple[ObjectRecord, str]]) -> None:
    """The CRC-32 of objects that are still these; nothing is announced, since nothing changed."""
    updates = (
        Update(
            objects_of(record.repository_uid),
            record.key,
            set={"crc32": crc32},
            when=unchanged(record),
        )
        for record, crc32 in sums
    )
    kept = await asyncio.gather(*map(outbox.table.write, updates), return_exceptions=True)
    for reason in kept:
        if isinstance(reason, BaseException) and not isinstance(reason, ConditionFailed):
            raise reason


def unchanged(before: ObjectRecord | None) -> Condition:
    """That what is stored is still this."""
    return Absent() if before is None else Equals("version", before.version)


def stored_object(repository: Repository, record: ObjectRecord) -> StoredObject:
    """The object as others may see it."""
    return StoredObject(
        version=record.version,
        object_uid=object_uid(record.repository_uid, record.key),
        account_uid=repository.account_uid,
        account_id=repository.account_id,
        repository_uid=record.repository_uid,
        repository_id=repository.repository_id,
        key=record.key,
        size=record.size,
        etag=record.etag,
        checksums=record.checksums,
        content_type=record.content_type,
        metadata=record.metadata,
        tags=record.tags,
        last_modified=moment_of(record),
        created_by=record.created_by,
        version_id=record.version_id,
    )


def object_version(record: ObjectRecord, *, is_latest: bool) -> ObjectVersion:
    """One version as others may see it."""
    return ObjectVersion(
        version_id=record.shown_version,
        is_latest=is_latest,
        is_marker=record.is_marker,
        size=record.size,
        etag=record.etag,
        last_modified=moment_of(record),
        created_by=record.created_by,
    )


def moment_of(record: ObjectRecord) -> datetime:
    """When the object became what it is."""
    return datetime.fromtimestamp(record.modified_ms / 1000, UTC)
