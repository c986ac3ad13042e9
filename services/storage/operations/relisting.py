"""Buckets of connected repositories, listed: what is new, changed or gone there is so here too.

Records are made by this alone, each with its event in one transaction, so that everyone else hears
of these objects as of any others. A bucket may be listed in any order: some servers keep to none.
"""

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from services.storage.blobs.connected import Bucket, Far
from services.storage.models import ObjectRecord
from services.storage.operations.backed_up import all_of
from services.storage.operations.resources import Resources
from services.storage.operations.succession import marker_of
from services.storage.operations.telling import guessed
from services.storage.store.objects import (
    created,
    deleted,
    find_object,
    find_objects,
    last_version,
    objects_in,
)
from shared.contracts.repositories import Repository, State
from shared.errors import NotFound, Unavailable
from shared.identifiers import check_key
from shared.outbox import next_version
from shared.purged import is_purged, not_purged
from shared.snapshots import repository_known
from shared.tables import Action, ConditionFailed

ACTOR = "storage"
AT_ONCE = 50
ATTEMPTS = 8
LOOK_SECONDS = 10.0
DIGEST_BYTES = 8
# In a row: some servers answer so where they pass over much, and none for ever.
EMPTY_PAGES = 1000
DELETED = "The repository was deleted."
ENDLESS = "The bucket of its data connection lists nothing over and over."


class TooManyError(Exception):
    """There is more in the bucket than may be told of it."""


@dataclass(slots=True)
class Seen:
    """Which keys were listed: eight bytes of each, so that ten million are 80 MB.

    They lie by their first byte, so that little is sorted at a time.
    """

    digests: "list[array[int]]" = field(default_factory=lambda: [array("Q") for _ in range(256)])
    objects: int = 0
    skipped: int = 0
    listed: int = 0
    empty: int = 0

    def count(self, page: Sequence[Far], most: int) -> None:
        """Another page. Raises TooManyError, whatever is in it, and Unavailable."""
        self.listed += len(page)
        self.empty = 0 if page else self.empty + 1
        if self.listed > most:
            raise TooManyError
        if self.empty > EMPTY_PAGES:
            raise Unavailable(ENDLESS)

    def add(self, key: str) -> None:
        """It was listed."""
        digest = _digest(key)
        self.digests[digest >> 56].append(digest)
        self.objects += 1

    async def sort(self) -> None:
        """No more are added, and it can be asked what was."""
        for place, some in enumerate(self.digests):
            self.digests[place] = array("Q", sorted(some))
            await asyncio.sleep(0)

    def __contains__(self, key: str) -> bool:
        wanted = _digest(key)
        some = self.digests[wanted >> 56]
        place = bisect_left(some, wanted)
        return place < len(some) and some[place] == wanted


def _digest(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=DIGEST_BYTES).digest())


async def relist(resources: Resources, repository: Repository, *, most: int) -> Seen:
    """List all of it, and make records fit.

    Raises Unavailable, Forbidden, NotFound, and TooManyError; then nothing is taken for gone.
    """
    bucket = await resources.connections.bucket(resources.outbox.table, repository)
    seen = Seen()
    with bucket.in_use():
        async for page in bucket.pages(repository.connection_prefix):
            await _check_shown(resources, repository)
            seen.count(page, most)
            await _take(resources, repository, _named(repository, page, seen))
        await seen.sort()
        async for records in objects_in(resources.outbox, repository.repository_uid):
            await _check_shown(resources, repository)
            missing = [one for one in records if one.key not in seen]
            await _in_turns([_look_at(resources, repository, bucket, one.key) for one in missing])
    return seen


async def _check_shown(resources: Resources, repository: Repository) -> None:
    """Raises Forbidden once its connection was removed, NotFound once it was deleted itself."""
    table, uid = resources.outbox.table, repository.repository_uid
    await resources.connections.bucket(table, repository)
    known = await repository_known(table, uid)
    is_deleted = known is not None and known.state is State.DELETED
    if is_deleted or await is_purged(table, uid):
        raise NotFound(DELETED)


async def look_again(resources: Resources, repository: Repository, key: str) -> None:
    """At one object, which is not what was listed. TimeoutError: others of its account wait too."""
    bucket = await resources.connections.bucket(resources.outbox.table, repository)
    with bucket.in_use():
        async with asyncio.timeout(LOOK_SECONDS):
            await _look_at(resources, repository, bucket, key)


def _named(repository: Repository, page: Sequence[Far], seen: Seen) -> dict[str, Far]:
    """What was listed by the keys that it has here; what can have none is counted."""
    named: dict[str, Far] = {}
    for far in page:
        key = far.key.removeprefix(repository.connection_prefix)
        try:
            named[check_key(key)] = far
        except ValueError:
            # The folder itself, as some tools make it, is no loss.
            seen.skipped += bool(key)
            continue
        seen.add(key)
    return named


async def _take(resources: Resources, repository: Repository, found: dict[str, Far]) -> None:
    keys = list(found)
    for start in range(0, len(keys), 2 * AT_ONCE):
        some = keys[start : start + 2 * AT_ONCE]
        records = await find_objects(resources.outbox, repository.repository_uid, some)
        changed = [
            key
            for key, record in zip(some, records, strict=True)
            if record is None or record.mark != found[key].mark
        ]
        await _in_turns([_write(resources, repository, key, found[key]) for key in changed])


async def _in_turns(works: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Some at once; all have ended when one fails."""
    for start in range(0, len(works), AT_ONCE):
        await all_of(works[start : start + AT_ONCE])


async def _look_at(resources: Resources, repository: Repository, bucket: Bucket, key: str) -> None:
    """It is gone, or it came while the bucket was listed."""
    far = await bucket.head(repository.connection_prefix + key)
    await _write(resources, repository, key, far)


async def _write(resources: Resources, repository: Repository, key: str, far: Far | None) -> None:
    """Make the record of a key fit, whoever else is at it. NotFound once all of it is purged."""
    uid, outbox = repository.repository_uid, resources.outbox
    for _ in range(ATTEMPTS):
        before = await find_object(outbox, uid, key)
        if (before.mark if before else None) == (far.mark if far else None):
            return
        version = next_version(await last_version(outbox, uid, key, before) or 0)
        now = _record(repository, key, far, version) if far is not None else None
        try:
            await outbox.commit(*_rows(repository, before, now, version), not_purged(uid))
        except ConditionFailed:
            if await is_purged(outbox.table, uid):
                raise NotFound(DELETED) from None
            continue
        return
    raise Unavailable("Others are at it too.")


def _rows(
    repository: Repository, before: ObjectRecord | None, now: ObjectRecord | None, version: int
) -> list[Action]:
    """The record as it is now, or none, with the event of that."""
    freed = before.size if before else 0
    if now is not None:
        return created(repository, now, before=before, actor=ACTOR, freed=freed)
    if before is None:
        return []
    gone = marker_of(repository, before.key, version, actor=ACTOR)
    return deleted(repository, before, gone, actor=ACTOR, freed=freed)


def _record(repository: Repository, key: str, far: Far, version: int) -> ObjectRecord:
    """What its name and its bucket tell of it."""
    return ObjectRecord(
        repository.repository_uid,
        key,
        version,
        far.size,
        far.mark,
        far.modified_ms,
        guessed(key).content_type,
        "",
        far.mark,
        ACTOR,
    )
