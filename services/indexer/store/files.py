"""Objects as entries of directories, and what is known of them."""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from services.indexer.models.counted import Counted, Delta
from services.indexer.models.editions import Edition
from services.indexer.models.houses import CLOSED, House
from services.indexer.models.named import NOTHING, Named
from services.indexer.store.beside import put_beside
from services.indexer.store.cells import cells_of
from services.indexer.store.items import put_item, remove_item
from services.indexer.store.layout import (
    RECORD_VERSION,
    beside_key,
    directories_above,
    directory_entry_key,
    directory_key,
    entry_key,
    file_key,
    gone_key,
    item_key,
    split,
)
from services.indexer.store.sums import put_delta
from shared.contracts.indexer import FileMetadata
from shared.outbox import newer
from shared.paging import stretches
from shared.tables import (
    Absent,
    Action,
    AnyOf,
    Below,
    Check,
    Delete,
    Equals,
    Item,
    Put,
    Table,
    Update,
)

# Longer than events stay on their stream: an old one that comes late finds the object gone.
GONE_SECONDS = 40 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """An object as it stands in its directory. `revision` grows with every change of the entry.

    `beside` are the keys of those it was read together with, and their versions (0: none there).
    `named_by` is the key of the uploaded STAC document whose item speaks for it, if any;
    `was_named` where there ever was one. `is_naming` where it may have written rows of what it
    names itself.
    """

    key: str
    object_uid: str
    version: int
    revision: int
    counted: Counted
    beside: Mapping[str, int] = field(default_factory=dict)
    named_by: str = ""
    was_named: bool = False
    is_naming: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What is kept of one object: the version of its last deletion (0: none), and its entries."""

    gone_at: int
    entries: Sequence[tuple[Edition, Entry | None]]


@dataclass(frozen=True, slots=True)
class Known:
    """All that is kept of one object: what is told of it, what it counts for, and its item.

    `beside` and `named_by` as in its entry. `is_naming` says that rows of what it names will be
    written, although it waits. `house` is where its item is found.
    """

    file: FileMetadata
    counted: Counted
    item: dict[str, Any] | None = None
    beside: Mapping[str, int] = field(default_factory=dict)
    named_by: str = ""
    named: Named = NOTHING
    is_naming: bool = False
    house: House = CLOSED


def _entry_of(row: Item) -> Entry:
    """The entry that a row holds."""
    return Entry(
        key=row["key"],
        object_uid=row["object_uid"],
        version=row["version"],
        revision=row["revision"],
        counted=Counted.model_validate_json(row["counted"]),
        beside=orjson.loads(row.get("beside", "{}")),
        named_by=row.get("named_by", ""),
        was_named=row.get("was_named", False),
        is_naming=row.get("is_naming", False),
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
    is_naming = _is_naming(known, before)
    actions: list[Action] = [
        _put_entry(edition, known, before, is_naming=is_naming),
        _put_file(edition, known, is_naming=is_naming),
    ]
    had = before.counted.item if before else None
    if known.item is not None and known.counted.item is not None:
        actions += put_item(edition, known.item, known.counted.item, known.house, had)
    elif had is not None:
        actions += remove_item(edition, had)
    asker = (known.file.key, known.file.object_uid)
    actions += put_beside(edition, asker, known.beside, before.beside if before else {})
    left = before.counted if before else None
    if left != known.counted:
        delta = Delta(key=known.file.key, left=left, came=known.counted)
        actions.append(put_delta(edition, delta, known.file.object_uid))
    return actions


def drop_beside(
    edition: Edition, before: Entry, now: Mapping[str, int]
) -> tuple[Entry, list[Action]]:
    """The entry without those that it is not read together with now, and how it becomes so."""
    beside = {key: seen for key, seen in before.beside.items() if key in now}
    left = replace(before, revision=before.revision + 1, beside=beside)
    told = {"revision": left.revision, "beside": orjson.dumps(beside).decode()}
    unchanged = Equals("revision", before.revision)
    update = Update(*entry_key(edition, before.key), set=told, when=unchanged)
    asker = (before.key, before.object_uid)
    return left, [update, *put_beside(edition, asker, beside, before.beside)]


def remove_known(edition: Edition, before: Entry) -> list[Action]:
    """Everything of an object out of one edition, if its entry is still `before`."""
    had = before.counted.item
    delta = Delta(key=before.key, left=before.counted)
    return [
        Delete(*entry_key(edition, before.key), when=Equals("revision", before.revision)),
        Delete(file_key(edition), before.object_uid),
        *(remove_item(edition, had) if had else []),
        *put_beside(edition, (before.key, before.object_uid), {}, before.beside),
        put_delta(edition, delta, before.object_uid),
    ]


def _is_naming(known: Known, before: Entry | None) -> bool:
    """While it waits, it is so still if it was; then it is so where there is anything it names."""
    was = known.file.status == "pending" and before is not None and before.is_naming
    return was or known.is_naming or bool(known.named)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file, the keys of those that it was read together with, and whether it names others."""

    file: FileMetadata
    asked: Sequence[str]
    is_naming: bool


async def some_files(table: Table, edition: Edition) -> list[FileMetadata]:
    """The first files of an edition, in no order that means anything."""
    return [one.file for one in await some_kept(table, edition)]


async def some_kept(table: Table, edition: Edition) -> list[Kept]:
    """The same, each with what else is kept because of it."""
    page = await table.query(file_key(edition))
    return [
        Kept(
            FileMetadata.model_validate_json(row["body"]),
            row.get("beside", ()),
            row.get("is_naming", False),
        )
        for row in page.items
    ]


async def all_files(table: Table, edition: Edition) -> AsyncGenerator[FileMetadata, None]:
    """Every file of an edition, in no order that means anything."""
    async for rows in stretches(lambda cursor: table.query(file_key(edition), cursor=cursor)):
        for row in rows:
            yield FileMetadata.model_validate_json(row["body"])


def places_beside(edition: Edition, kept: Kept) -> list[tuple[str, str]]:
    """Where the rest of a file is kept: its entry, its item, and the directories it is in."""
    file = kept.file
    return [
        entry_key(edition, file.key),
        *((beside_key(edition, key), file.object_uid) for key in kept.asked),
        *([(item_key(edition), file.item_id)] if file.item_id else []),
        *(directory_entry_key(edition, prefix) for prefix in directories_above(file.key)),
    ]


async def cells_behind(
    table: Table, edition: Edition, files: Sequence[FileMetadata]
) -> list[tuple[str, str]]:
    """Where the items of these files may have rows by which they are found."""
    rows = await table.get_many([entry_key(edition, file.key) for file in files if file.item_id])
    items = [_entry_of(row).counted.item for row in rows if row]
    return [place for item in items if item for place in cells_of(edition, item)]


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


def _put_entry(edition: Edition, known: Known, before: Entry | None, *, is_naming: bool) -> Put:
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
        "named_by": known.named_by,
        "was_named": bool(known.named_by) or (before is not None and before.was_named),
        "is_naming": is_naming,
        # What a listing shows, so that it need not look into what is counted.
        "size": file.size,
        "status": file.status,
        "format": file.format,
        "summary": file.summary,
        "nd": directory_key(edition, split(file.key)[0]),
        "nt": known.counted.changed,
    }
    return Put(row, when=Equals("revision", before.revision) if before else Absent())


def _put_file(edition: Edition, known: Known, *, is_naming: bool) -> Put:
    row = {
        "pk": file_key(edition),
        "sk": known.file.object_uid,
        "body": known.file.model_dump_json(),
        "beside": sorted(known.beside),
        "is_naming": is_naming,
    }
    return Put(row)
