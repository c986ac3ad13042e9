"""Lists of keys in the byte order of their UTF-8, rolled up at a delimiter by skipping ahead.

After a common prefix the list goes on behind everything below it, so a page of directories costs a
look-up for each of them and not a row for each file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from services.storage.s3.listings import Entry
from services.storage.store.objects import rows_from
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.tables.spans import after_prefix

MAX_ROWS = 1000
FIRST_ROWS, ROWS_AFTER_A_SKIP, GROWTH = 64, 2, 8
LOOKS_IN_A_ROW = 16
# Behind any key of 1,024 bytes.
BEHIND_ALL = "\U0010ffff" * 257
# What a listing shows of a row, in the order of an Entry.
SHOWN = itemgetter("sk", "size", "etag", "modified")

Read = Callable[[str, int], Awaitable[tuple[list[Entry], bool]]]
"""Entries from a key on (inclusive), at most so many, and whether there are more."""


@dataclass(slots=True)
class Wanted:
    """What is listed: keys with the prefix, after a key or common prefix, at most `limit`."""

    prefix: str = ""
    delimiter: str = ""
    after: str = ""
    limit: int = MAX_ROWS


@dataclass(slots=True)
class Found:
    """A page. `last` is the key or prefix after which the next page begins, None at the end."""

    entries: list[Entry] = field(default_factory=list)
    common_prefixes: list[str] = field(default_factory=list)
    last: str | None = None
    skip: str = ""

    @property
    def count(self) -> int:
        """Both together, as S3 counts."""
        return len(self.entries) + len(self.common_prefixes)


async def list_keys(read: Read, wanted: Wanted) -> Found:
    """One page of what `read` reads."""
    found, start = Found(), first_key(wanted)
    rows, looks = min(FIRST_ROWS, wanted.limit) if wanted.delimiter else wanted.limit, 0
    while wanted.limit:
        entries, more = await read(start, min(rows, MAX_ROWS))
        skip, last = found.skip, take(found, entries, wanted)
        if found.last is not None or not more:
            break
        start, is_behind = go_on(found, entries)
        if not is_behind and found.count == wanted.limit:
            found.last = last
            break
        # Folders are looked up one by one, leaves in ever longer stretches.
        rows = ROWS_AFTER_A_SKIP if found.skip != skip else rows * GROWTH
        rows = min(rows, wanted.limit - found.count + 1)
        looks += 1
        if not looks % LOOKS_IN_A_ROW:
            # Many looks in a row must not hold up everyone else.
            await asyncio.sleep(0)
    return found


def go_on(found: Found, entries: list[Entry]) -> tuple[str, bool]:
    """Where the next look begins, and whether that is behind a common prefix."""
    if entries and entries[-1].key >= found.skip:
        return entries[-1].key + "\x00", False
    return found.skip, True


def take(found: Found, entries: list[Entry], wanted: Wanted) -> str:
    """Add to the page; what was added last. Sets `found.last` where something did not fit."""
    if not wanted.delimiter:
        room = wanted.limit - found.count
        found.entries += entries[:room]
        if len(entries) > room:
            found.last = found.entries[-1].key
        return found.entries[-1].key if found.entries else ""
    last = latest(found)
    for entry in entries:
        key = entry.key
        if key < found.skip:
            continue
        if found.count == wanted.limit:
            found.last = last
            break
        last = common_prefix(key, wanted)
        if last:
            found.common_prefixes.append(last)
            found.skip = behind(last)
        else:
            found.entries.append(entry)
            last = key
    return last


def latest(found: Found) -> str:
    """What stands last on the page so far."""
    return max(
        found.entries[-1].key if found.entries else "",
        found.common_prefixes[-1] if found.common_prefixes else "",
    )


def first_key(wanted: Wanted) -> str:
    """Behind `after`, or behind all below it where it is a common prefix itself."""
    if not wanted.after:
        return ""
    if common_prefix(wanted.after, wanted) == wanted.after:
        return behind(wanted.after)
    return wanted.after + "\x00"


def common_prefix(key: str, wanted: Wanted) -> str:
    """The key up to and with the first delimiter behind the prefix; empty where there is none."""
    if not wanted.delimiter or not key.startswith(wanted.prefix):
        return ""
    cut = key.find(wanted.delimiter, len(wanted.prefix))
    return key[: cut + len(wanted.delimiter)] if cut >= 0 else ""


def behind(prefix: str) -> str:
    """The first key that can follow everything with this prefix."""
    return after_prefix(prefix) or BEHIND_ALL


def repository_reader(outbox: Outbox, repository_uid: str, prefix: str) -> Read:
    """The keys of one repository that have the prefix."""

    async def read(start: str, limit: int) -> tuple[list[Entry], bool]:
        page = await rows_from(outbox, repository_uid, start, prefix=prefix, limit=limit)
        return list(map(Entry._make, map(SHOWN, page.items))), page.cursor is not None

    return read


def account_reader(
    reader: Callable[[Repository, str], Read], repositories: Sequence[Repository], prefix: str
) -> Read:
    """The keys of several repositories as `repository/key`; they come by `repository/`."""

    async def read(start: str, limit: int) -> tuple[list[Entry], bool]:
        entries: list[Entry] = []
        for repository in repositories:
            name = f"{repository.repository_id}/"
            is_inside = prefix.startswith(name) or name.startswith(prefix)
            if not is_inside or start >= behind(name):
                continue
            if len(entries) == limit:
                return entries, True
            within = start.removeprefix(name) if start.startswith(name) else ""
            read_one = reader(repository, prefix[len(name) :])
            found, more = await read_one(within, limit - len(entries))
            entries += [
                Entry(name + key, size, etag, modified) for key, size, etag, modified in found
            ]
            if more:
                return entries, True
        return entries, False

    return read


def list_repositories(repositories: Sequence[Repository], wanted: Wanted) -> Found:
    """The repositories themselves as common prefixes, also those that are empty."""
    names = [f"{repository.repository_id}/" for repository in repositories]
    names = [name for name in names if name.startswith(wanted.prefix) and name > wanted.after]
    page = names[: wanted.limit]
    return Found(common_prefixes=page, last=page[-1] if page and len(names) > len(page) else None)
