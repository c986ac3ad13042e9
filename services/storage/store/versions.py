"""Versions that are not what their key has now: what was overwritten or deleted, and markers.

A key that has some has a trail too, by which lists come to it; who changes them has read the trail
and changes it in the same transaction. A key without an object has a marker as its newest version.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from services.storage.models import ObjectRecord, Trail
from services.storage.store.figures import counted
from services.storage.store.layout import RECORD_VERSION
from services.storage.store.objects import object_of, object_row
from shared.contracts.repositories import Repository
from shared.identifiers import object_uid
from shared.outbox import VERSION_DIGITS, Outbox
from shared.tables import (
    Absent,
    Action,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Update,
)

PAGE = 100
VERSION_ID = re.compile(r"[0-9a-f]{16}").fullmatch
NO_TRAIL = Trail()


def versions_of(repository_uid: str, key: str) -> str:
    """The partition of a key's earlier versions; their sort keys are their stamps."""
    return f"VERSIONS#{object_uid(repository_uid, key)}"


def trails_of(repository_uid: str) -> str:
    """The partition of a repository's trails; their sort keys are keys of objects."""
    return f"TRAILS#{repository_uid}"


def put_version(record: ObjectRecord) -> Action:
    """It is kept."""
    place = versions_of(record.repository_uid, record.key)
    return Put(object_row(record) | {"pk": place, "sk": _sort(record.stamp), "key": record.key})


def drop_version(record: ObjectRecord) -> Action:
    """It is there, and goes; its bytes are somebody else's affair."""
    place = versions_of(record.repository_uid, record.key)
    return Delete(place, _sort(record.stamp), when=Present())


def set_tags(record: ObjectRecord, tags: dict[str, str]) -> Action:
    """Other tags on a version that is there."""
    place = versions_of(record.repository_uid, record.key)
    return Update(place, _sort(record.stamp), set={"tags": tags}, when=Present())


def set_trail(repository_uid: str, key: str, before: Trail, after: Trail) -> Action:
    """The trail of a key, if it is as it was read; one of version 0 is none."""
    place, when = trails_of(repository_uid), _unchanged(before)
    if after == before:
        return Check(place, key, when)
    if not after.version:
        return Delete(place, key, when=when)
    row = {"pk": place, "sk": key, "schema": RECORD_VERSION}
    return Put({**row, "version": after.version, "null": after.null}, when=when)


async def find_trail(outbox: Outbox, repository_uid: str, key: str) -> Trail:
    """The trail of a key, of version 0 where it has none."""
    return _trail_of(await outbox.table.get(trails_of(repository_uid), key))


async def find_version(
    outbox: Outbox, repository_uid: str, key: str, stamp: int
) -> ObjectRecord | None:
    """The version of this stamp, unless it is what the key has now."""
    row = await outbox.table.get(versions_of(repository_uid, key), _sort(stamp))
    return _version_of(repository_uid, row) if row is not None else None


async def version_called(
    outbox: Outbox, repository_uid: str, key: str, version_id: str
) -> ObjectRecord | None:
    """The version of this id, or `null`, unless it is what the key has now."""
    if version_id == "null":
        stamp = (await find_trail(outbox, repository_uid, key)).null
    else:
        stamp = int(version_id, 16) if VERSION_ID(version_id) else 0
    return await find_version(outbox, repository_uid, key, stamp) if stamp else None


async def versions_before(
    outbox: Outbox, repository_uid: str, key: str, *, stamp: int = 0, limit: int
) -> list[ObjectRecord]:
    """The newest versions of a key, or those older than a stamp, newest first."""
    page = await outbox.table.query(
        versions_of(repository_uid, key),
        end=_sort(stamp) if stamp else None,
        forward=False,
        limit=limit,
    )
    return [_version_of(repository_uid, row) for row in page.items]


async def versions_of_key(
    outbox: Outbox, repository_uid: str, key: str, stamp: int = 0
) -> AsyncIterator[ObjectRecord]:
    """All versions of a key but what it has now, newest first; those older than a stamp."""
    while found := await versions_before(outbox, repository_uid, key, stamp=stamp, limit=PAGE):
        for record in found:
            yield record
        stamp = found[-1].stamp


async def trails_from(
    outbox: Outbox, repository_uid: str, start: str, *, prefix: str, limit: int
) -> tuple[list[str], bool]:
    """The keys that have a trail, from one on, and whether there are more."""
    page = await outbox.table.query(
        trails_of(repository_uid), start=start or None, prefix=prefix or None, limit=limit
    )
    return [row["sk"] for row in page.items], page.cursor is not None


async def find_trails(outbox: Outbox, repository_uid: str, keys: Sequence[str]) -> list[Trail]:
    """The trails of these keys, in the same order."""
    place = trails_of(repository_uid)
    return [_trail_of(row) for row in await outbox.table.get_many([(place, key) for key in keys])]


async def drop_kept(outbox: Outbox, repository: Repository, record: ObjectRecord) -> None:
    """Forget a version and count it no more; nothing is announced."""
    uid = object_uid(record.repository_uid, record.key)
    less = counted(repository, (record.stamp, f"{uid}-gone"), 0, -record.size)
    with suppress(ConditionFailed):  # Another process was faster, and counted it.
        await outbox.table.write(drop_version(record), less)


async def all_versions(
    outbox: Outbox, repository_uid: str, after: tuple[str, int] = ("", 0)
) -> AsyncIterator[ObjectRecord]:
    """All versions in a repository but what its keys have now; those after a key and a stamp."""
    (start, stamp), more = after, True
    while more:
        keys, more = await trails_from(outbox, repository_uid, start, prefix="", limit=PAGE)
        for key in keys:
            older_than = stamp if key == after[0] else 0
            async for record in versions_of_key(outbox, repository_uid, key, older_than):
                yield record
            start = f"{key}\0"


def _sort(stamp: int) -> str:
    return f"{stamp:0{VERSION_DIGITS}d}"


def _unchanged(trail: Trail) -> Condition:
    return Equals("version", trail.version) if trail.version else Absent()


def _trail_of(row: Item | None) -> Trail:
    return NO_TRAIL if row is None else Trail(row["version"], row["null"])


def _version_of(repository_uid: str, row: Item) -> ObjectRecord:
    return object_of(repository_uid, {**row, "sk": row["key"]})
