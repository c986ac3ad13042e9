"""Lists of versions by key, the newest of each first, rolled up at a delimiter as keys are."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge

from services.storage.models import ObjectRecord, Trail
from services.storage.operations.listing import Found, Read, Wanted, list_keys, repository_reader
from services.storage.s3.listings import Entry, VersionEntry
from services.storage.store.objects import find_object, find_objects
from services.storage.store.versions import (
    find_trail,
    find_trails,
    trails_from,
    versions_before,
)
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.tables.limits import PAGE_ITEMS

KEYS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Shelf:
    """A repository, the `name` before its keys, and whether its earlier versions are told of."""

    repository: Repository
    has_history: bool
    name: str = ""


@dataclass(slots=True)
class FoundVersions:
    """A page. `last` are the key (or prefix) and the id after which the next page begins."""

    limit: int
    entries: list[VersionEntry] = field(default_factory=list)
    common_prefixes: list[str] = field(default_factory=list)
    last: tuple[str, str] = ("", "")
    is_truncated: bool = False

    def add_prefix(self, prefix: str) -> None:
        """Where there is room still."""
        if self._has_room():
            self.common_prefixes.append(prefix)
            self.last = prefix, ""

    def add(self, versions: Sequence[VersionEntry]) -> None:
        """As many as there is room for."""
        for one in versions:
            if self._has_room():
                self.entries.append(one)
                self.last = one.key, one.version_id

    def _has_room(self) -> bool:
        has_room = len(self.entries) + len(self.common_prefixes) < self.limit
        self.is_truncated = self.is_truncated or not has_room
        return has_room


def kept_reader(outbox: Outbox, shelf: Shelf, prefix: str) -> Read:
    """The keys of a repository that have an object, or had one as long as that is told."""
    uid = shelf.repository.repository_uid
    objects = repository_reader(outbox, uid, prefix)

    async def read(start: str, limit: int) -> tuple[list[Entry], bool]:
        (entries, more), (keys, more_keys) = await asyncio.gather(
            objects(start, limit), trails_from(outbox, uid, start, prefix=prefix, limit=limit)
        )
        there = {entry.key for entry in entries}
        traces = [Entry(key, 0, "", 0) for key in keys if key not in there]
        # Behind the last of a page that goes on, the other has what may not be all.
        ends = [entries[-1].key] if more else []
        ends += [keys[-1]] if more_keys else []
        found = [one for one in merge(entries, traces) if not ends or one.key <= min(ends)]
        return found[:limit], bool(ends) or len(found) > limit

    return read if shelf.has_history else objects


async def list_versions(
    outbox: Outbox, shelves: Mapping[str, Shelf], read: Read, wanted: Wanted, *, after_id: str = ""
) -> FoundVersions:
    """One page of what is under the keys that `read` reads; shelves are by their names.

    With `after_id`, of the key `wanted.after` those that are older than it too.
    """
    page = FoundVersions(wanted.limit)
    if after_id and wanted.limit:
        shelf, key = place_of(shelves, wanted.after)
        older = await _older(outbox, shelf, key, after_id) if shelf is not None else []
        page.add([_entry(wanted.after, one, is_latest=False) for one in older])
    found = await list_keys(read, wanted)
    await _fill(outbox, shelves, found, page)
    if found.last is not None and not page.is_truncated:
        page.is_truncated, page.last = True, (found.last, "")
    return page


async def _fill(
    outbox: Outbox, shelves: Mapping[str, Shelf], found: Found, page: FoundVersions
) -> None:
    """Keys and common prefixes in their order, until the page is full."""
    prefixes = set(found.common_prefixes)
    names = list(merge((one.key for one in found.entries), found.common_prefixes))
    for start in range(0, len(names), KEYS_AT_ONCE):
        some = names[start : start + KEYS_AT_ONCE]
        lines = await _lines(outbox, shelves, [one for one in some if one not in prefixes])
        for name in some:
            if name in prefixes:
                page.add_prefix(name)
            else:
                page.add(lines[name])
        if page.is_truncated:
            return


async def _lines(
    outbox: Outbox, shelves: Mapping[str, Shelf], names: Sequence[str]
) -> dict[str, list[VersionEntry]]:
    """The versions of each of these."""
    lines: dict[str, list[VersionEntry]] = {}
    by_shelf: dict[str, list[str]] = {}
    for name in names:
        shelf, key = place_of(shelves, name)
        if shelf is not None:
            by_shelf.setdefault(shelf.name, []).append(key)
    for name, keys in by_shelf.items():
        for key, versions in (await _versions(outbox, shelves[name], keys)).items():
            shown = f"{name}{key}"
            lines[shown] = [
                _entry(shown, one, is_latest=not place) for place, one in enumerate(versions)
            ]
    return lines


async def _versions(
    outbox: Outbox, shelf: Shelf, keys: Sequence[str]
) -> dict[str, list[ObjectRecord]]:
    """What each key has, and what it had before."""
    uid = shelf.repository.repository_uid
    objects = await find_objects(outbox, uid, keys)
    trails = await find_trails(outbox, uid, keys) if shelf.has_history else [Trail()] * len(keys)
    older = await asyncio.gather(
        *(
            versions_before(outbox, uid, key, limit=PAGE_ITEMS)
            for key, trail in zip(keys, trails, strict=True)
            if trail.version
        )
    )
    kept = iter(older)
    return {
        key: ([record] if record else []) + (next(kept) if trail.version else [])
        for key, record, trail in zip(keys, objects, trails, strict=True)
    }


async def _older(outbox: Outbox, shelf: Shelf, key: str, version_id: str) -> list[ObjectRecord]:
    """The versions of a key that are older than this one, which may be gone by now."""
    if not shelf.has_history:
        return []
    uid = shelf.repository.repository_uid
    if version_id == "null":
        record = await find_object(outbox, uid, key)
        if record is not None and not record.version_id:
            stamp = record.stamp
        else:
            stamp = (await find_trail(outbox, uid, key)).null
    else:
        stamp = int(version_id, 16)
    if not stamp:
        return []
    return await versions_before(outbox, uid, key, stamp=stamp, limit=PAGE_ITEMS)


def place_of(shelves: Mapping[str, Shelf], name: str) -> tuple[Shelf | None, str]:
    """The repository and the key within it that a name in the list means."""
    if "" in shelves:
        return shelves[""], name
    repository_id, slash, key = name.partition("/")
    return shelves.get(f"{repository_id}{slash}"), key


def _entry(shown: str, record: ObjectRecord, *, is_latest: bool) -> VersionEntry:
    return VersionEntry(
        shown,
        record.size,
        record.etag,
        record.modified_ms,
        record.shown_version,
        is_latest,
        record.is_marker,
    )
