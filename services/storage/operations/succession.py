"""What becomes of what a key has when something else takes its place: it is kept, or it goes.

Bytes that stay are a version before anything is published over them, so whoever dies in between
leaves them under both names. Rows change with the record, in its transaction.
"""

import time
from dataclasses import dataclass, field, replace

from services.storage.blobs.port import NoRoomError, Stored
from services.storage.models import Leftover, ObjectRecord, Trail
from services.storage.operations.reading import as_found
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.errors import S3Error
from services.storage.store.leftovers import leave
from services.storage.store.objects import find_object, last_version
from services.storage.store.versions import (
    drop_version,
    find_trail,
    find_version,
    put_version,
    set_trail,
)
from shared.contracts.repositories import Repository, Versioning
from shared.outbox import next_version
from shared.tables import Action


@dataclass(slots=True)
class Standing:
    """What a key has, and the trail of its versions; None where it has none and gets none."""

    key: str
    record: ObjectRecord | None
    trail: Trail | None


@dataclass(slots=True)
class Succession:
    """The rows beside the record's own, and how many bytes go for good."""

    actions: list[Action] = field(default_factory=list)
    freed: int = 0


async def find_standing(resources: Resources, repository: Repository, key: str) -> Standing:
    """A repository that never kept versions is not asked for a trail."""
    uid = repository.repository_uid
    record = await find_object(resources.outbox, uid, key)
    is_versioned = repository.versioning is not Versioning.OFF or (record and record.version_id)
    trail = await find_trail(resources.outbox, uid, key) if is_versioned else None
    return Standing(key, record, trail)


def keeps(repository: Repository, record: ObjectRecord) -> bool:
    """Whether it becomes a version when something takes its place: with an id it always does."""
    return repository.versioning is Versioning.ENABLED or record.version_id != ""


async def version_after(resources: Resources, repository: Repository, standing: Standing) -> int:
    """Above all that the key ever had."""
    uid, trail = repository.repository_uid, standing.trail
    last = await last_version(resources.outbox, uid, standing.key, standing.record)
    return next_version(max(last or 0, trail.version if trail else 0))


def version_id_of(repository: Repository, version: int) -> str:
    """The id of what comes now; empty where it is the one that has none."""
    return name_of(version) if repository.versioning is Versioning.ENABLED else ""


def name_of(stamp: int) -> str:
    """A stamp as the name of a version."""
    return f"{stamp:016x}"


def marker_of(repository: Repository, key: str, version: int, *, actor: str) -> ObjectRecord:
    """That a key is deleted."""
    return ObjectRecord(
        repository.repository_uid,
        key,
        version,
        0,
        "",
        time.time_ns() // 1_000_000,
        *("", "", "", actor),
        version_id=version_id_of(repository, version),
        is_marker=True,
    )


async def keep_bytes(
    resources: Resources, repository: Repository, standing: Standing
) -> ObjectRecord | None:
    """What the key has as a version with bytes of its own, under the key's lock.

    None where it does not stay, or has lost them. Raises S3Error (no room).
    """
    record, blobs, folder = standing.record, resources.blobs, folder_of(repository)
    if record is None or not keeps(repository, record):
        return None
    stored = Stored(record.place, record.mark)
    try:
        kept = await blobs.keep(folder, record.key, stored, name_of(record.stamp))
    except NoRoomError as error:
        raise S3Error("InsufficientStorage") from error
    if kept is None:
        return None
    if kept.mark == record.mark:
        return replace(record, place=kept.place)
    blob = await blobs.open(folder, record.key, kept.place)
    try:
        # Somebody edited the file since: it is these bytes that stay.
        return replace(as_found(record, blob), version=record.version)
    finally:
        blob.close()


async def succeed(
    resources: Resources,
    repository: Repository,
    standing: Standing,
    top: ObjectRecord,
    kept: ObjectRecord | None,
) -> Succession:
    """What a new object or marker does to those before it; `kept` is what `keep_bytes` kept."""
    outcome, record, trail = Succession(), standing.record, standing.trail
    if record is not None and kept is None:
        outcome.freed += record.size
        outcome.actions += left_over(resources, repository, record)
    if trail is None:
        return outcome
    null = trail.null
    if null and not top.version_id:
        # There is only ever one without an id.
        outcome.freed += await _forget(resources, repository, (standing.key, null), outcome)
        null = 0
    if kept is not None:
        outcome.actions.append(put_version(kept))
        null = null if kept.version_id else kept.stamp
    if top.is_marker:
        outcome.actions.append(put_version(top))
        null = null if top.version_id else top.stamp
    is_longer = kept is not None or top.is_marker or null != trail.null
    after = Trail(top.version, null) if is_longer else trail
    outcome.actions.append(set_trail(repository.repository_uid, standing.key, trail, after))
    return outcome


async def _forget(
    resources: Resources, repository: Repository, place: tuple[str, int], outcome: Succession
) -> int:
    """A version goes; how many bytes with it."""
    gone = await find_version(resources.outbox, repository.repository_uid, *place)
    if gone is None:
        return 0
    outcome.actions += [drop_version(gone), *left_over(resources, repository, gone, is_kept=True)]
    return gone.size


def left_over(
    resources: Resources, repository: Repository, gone: ObjectRecord, *, is_kept: bool = False
) -> list[Action]:
    """That the bytes of a record are to be removed, where nothing is put in their place.

    `is_kept`: those of a version, or what a crash left of it beside the key's own.
    """
    lingers = resources.blobs.lingers
    if gone.is_marker or (lingers is None and not is_kept):
        return []
    place = gone.place
    if is_kept:
        place = resources.blobs.version_place(place, name_of(gone.stamp))
    due = time.time_ns() // 1_000_000 + int((lingers or 0) * 1000)
    return [leave(Leftover(*folder_of(repository), gone.key, place, gone.version, due))]
