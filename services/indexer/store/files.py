"""Objects as entries of directories, what is known of them, and their items."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.indexer.models.counted import Counted, Delta
from services.indexer.models.editions import Edition
from services.indexer.store.beside import put_beside
from services.indexer.store.layout import (
    RECORD_VERSION,
    WAITING_PARTITION,
    beside_key,
    delta_key,
    directories_above,
    directory_entry_key,
    directory_key,
    entry_key,
    file_key,
    gone_key,
    item_key,
    split,
)
from shared.contracts.indexer import FileMetadata
from shared.outbox import newer, next_version
from shared.tables import (
    Absent,
    Action,
    AnyOf,
    Below,
    Check,
    Delete,
    Equals,
    Item,
    Page,
    Put,
    Table,
)

# Longer than events stay on their stream: an old one that comes late finds the object gone.
GONE_SECONDS = 40 * 24 * 3600
STAMP_DIGITS = 20
CHUNK = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as it stands in its directory. `revision` grows with every change of the entry.

    `beside` are the keys of those it was read together with, and their versions (0: none there).
    """

    key: str
    object_uid: str
    version: int
    revision: int
    counted: Counted
    beside: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of one object: the version of its last deletion (0: none), and its entries."""

    gone_at: int
    entries: Sequence[tuple[Edition, Entry | None]]


@dataclass(frozen=True, slots=True)
class Known:
    """All that is kept of one object: what is told of it, what it counts for, and its item.

    `beside` as in its entry.
    """

    file: FileMetadata
    counted: Counted
    item: dict[str, Any] | None = None
    beside: Mapping[str, int] = field(default_factory=dict)


def _entry_of(row: Item) -> Entry:
    """The entry that a row holds."""
    return Entry(
        key=row["key"],
        object_uid=row["object_uid"],
        version=row["version"],
        revision=row["revision"],
        counted=Counted.model_validate_json(row["counted"]),
        beside=orjson.loads(row.get("beside", "{}")),
    )


async def find_standing(
    table: Table, editions: Sequence[Edition], object_uid: str, key: str
) -> Standing:
    """What is kept of an object in these editions."""
    places = [gone_key(object_uid), *(entry_key(edition, key) for edition in editions)]
    gone, *rows = await table.get_many(places)
    entries = [_entry_of(row) if row else None for row in rows]
    return Standing(int(gone["version"]) if gone else 0, list(zip(editions, entries, strict=True)))


def put_known(edition: Edition, known: Known, before: Entry | None) -> list[Action]:
    """Rows of an object in one edition, if its entry is still `before`."""
    actions: list[Action] = [_put_entry(edition, known, before), _put_file(edition, known)]
    had = before.counted.item if before else None
    if known.item is not None and known.counted.item is not None:
        actions.append(_put_item(edition, known.item, known.counted))
    elif had is not None:
        actions.append(Delete(item_key(edition), had.item_id))
    asker = (known.file.key, known.file.object_uid)
    actions += put_beside(edition, asker, known.beside, before.beside if before else {})
    left = before.counted if before else None
    if left != known.counted:
        delta = Delta(key=known.file.key, left=left, came=known.counted)
        actions.append(_put_delta(edition, delta, known.file.object_uid))
    return actions


def remove_known(edition: Edition, before: Entry) -> list[Action]:
    """Everything of an object out of one edition, if its entry is still `before`."""
    had = before.counted.item
    delta = Delta(key=before.key, left=before.counted)
    return [
        Delete(*entry_key(edition, before.key), when=Equals("revision", before.revision)),
        Delete(file_key(edition), before.object_uid),
        *([Delete(item_key(edition), had.item_id)] if had else []),
        *put_beside(edition, (before.key, before.object_uid), {}, before.beside),
        _put_delta(edition, delta, before.object_uid),
    ]


async def some_files(table: Table, edition: Edition) -> list[FileMetadata]:
    """The first files of an edition, in no order that means anything."""
    return [file for file, _ in await some_askers(table, edition)]


async def some_askers(table: Table, edition: Edition) -> list[tuple[FileMetadata, Sequence[str]]]:
    """The same, each with the keys of those that it was read together with."""
    page = await table.query(file_key(edition))
    return [
        (FileMetadata.model_validate_json(row["body"]), row.get("beside", ())) for row in page.items
    ]


async def all_files(table: Table, edition: Edition) -> AsyncGenerator[FileMetadata, None]:
    """Every file of an edition, in no order that means anything."""
    cursor: str | None = None
    while True:
        page = await table.query(file_key(edition), cursor=cursor)
        for row in page.items:
            yield FileMetadata.model_validate_json(row["body"])
        cursor = page.cursor
        if cursor is None:
            return


def places_beside(
    edition: Edition, file: FileMetadata, asked: Sequence[str]
) -> list[tuple[str, str]]:
    """Where the rest of a file is kept: its entry, its item, and the directories it is in."""
    return [
        entry_key(edition, file.key),
        *((beside_key(edition, key), file.object_uid) for key in asked),
        *([(item_key(edition), file.item_id)] if file.item_id else []),
        *(directory_entry_key(edition, prefix) for prefix in directories_above(file.key)),
    ]


def not_gone(object_uid: str, version: int) -> Check:
    """Holds unless the object was deleted at this version or a later one."""
    return Check(*gone_key(object_uid), when=AnyOf(Absent(), Below("version", version)))


def put_gone(object_uid: str, version: int) -> Put:
    """Remember a deletion, unless a later one is known."""
    pk, sk = gone_key(object_uid)
    until = int(time.time()) + GONE_SECONDS
    row = {"pk": pk, "sk": sk, "version": version, "expires_at": until}
    return Put(row, when=newer(version))


async def find_file(table: Table, edition: Edition, object_uid: str) -> FileMetadata | None:
    """What is known of an object."""
    row = await table.get(file_key(edition), object_uid)
    return FileMetadata.model_validate_json(row["body"]) if row else None


async def find_files(
    table: Table, edition: Edition, object_uids: Sequence[str]
) -> list[FileMetadata | None]:
    """What is known of some objects, in their order."""
    rows = await table.get_many([(file_key(edition), uid) for uid in object_uids])
    return [FileMetadata.model_validate_json(row["body"]) if row else None for row in rows]


async def find_item(table: Table, edition: Edition, item_id: str) -> dict[str, Any] | None:
    """A STAC item, as it is kept."""
    row = await table.get(item_key(edition), item_id)
    return _item(row) if row else None


async def page_of_items(
    table: Table, edition: Edition, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Some items by id, as they are kept."""
    page: Page = await table.query(item_key(edition), limit=limit, cursor=cursor)
    return [_item(row) for row in page.items], page.cursor


async def items_after(
    table: Table, edition: Edition, item_id: str
) -> AsyncGenerator[tuple[str, dict[str, Any]], None]:
    """All items with their ids, by id, after one."""
    cursor, more = None, True
    start = f"{item_id}\0" if item_id else None
    while more:
        page = await table.query(item_key(edition), start=start, limit=CHUNK, cursor=cursor)
        for row in page.items:
            yield row["sk"], _item(row)
        cursor, more = page.cursor, page.cursor is not None


async def items_of_ids(
    table: Table, edition: Edition, ids: Sequence[str]
) -> AsyncGenerator[tuple[str, dict[str, Any] | None], None]:
    """The items of these ids, in their order; None where there is none."""
    for first in range(0, len(ids), CHUNK):
        some = ids[first : first + CHUNK]
        rows = await table.get_many([(item_key(edition), item_id) for item_id in some])
        for item_id, row in zip(some, rows, strict=True):
            yield item_id, _item(row) if row else None


def _item(row: Item) -> dict[str, Any]:
    item: dict[str, Any] = orjson.loads(row["body"])
    return item


def _put_entry(edition: Edition, known: Known, before: Entry | None) -> Put:
    file = known.file
    pk, sk = entry_key(edition, file.key)
    row = {
        "pk": pk,
        "sk": sk,
        "schema": RECORD_VERSION,
        "key": file.key,
        "object_uid": file.object_uid,
        "version": file.version,
        "revision": before.revision + 1 if before else 1,
        "counted": known.counted.model_dump_json(),
        "beside": orjson.dumps(known.beside).decode(),
        # What a listing shows, so that it need not look into what is counted.
        "size": file.size,
        "status": file.status,
        "format": file.format,
        "summary": file.summary,
        "nd": directory_key(edition, split(file.key)[0]),
        "nt": known.counted.changed,
    }
    return Put(row, when=Equals("revision", before.revision) if before else Absent())


def _put_file(edition: Edition, known: Known) -> Put:
    body, asked = known.file.model_dump_json(), sorted(known.beside)
    return Put(
        {"pk": file_key(edition), "sk": known.file.object_uid, "body": body, "beside": asked}
    )


def _put_item(edition: Edition, item: dict[str, Any], counted: Counted) -> Put:
    row = {
        "pk": item_key(edition),
        "sk": item["id"],
        "body": orjson.dumps(item).decode(),
        "counted": counted.item.model_dump_json() if counted.item else "",
    }
    return Put(row)


def _put_delta(edition: Edition, delta: Delta, object_uid: str) -> Put:
    """The stamp keeps the order in which changes were made, roughly: sums do not depend on it."""
    sk = f"{next_version():0{STAMP_DIGITS}d}#{object_uid}"
    row = {
        "pk": delta_key(edition),
        "sk": sk,
        "body": delta.model_dump_json(),
        "repository_uid": edition.repository_uid,
        "number": edition.number,
        "wp": WAITING_PARTITION,
        "ws": sk,
    }
    return Put(row)
