"""One object put, one object removed."""

from dataclasses import dataclass

from services.storage.models import ObjectRecord
from services.storage.operations.committing import (
    ATTEMPTS,
    NewObject,
    Ready,
    check_conditions,
    commit_object,
)
from services.storage.operations.receiving import Incoming, content_of, receive
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import (
    Standing,
    find_standing,
    keep_bytes,
    marker_of,
    succeed,
    version_after,
)
from services.storage.s3.conditions import Conditions
from services.storage.s3.errors import S3Error
from services.storage.store.objects import deleted, find_object, nothing_there
from shared.contracts.repositories import Repository
from shared.errors import BY_STATUS
from shared.finishing import to_the_end
from shared.tables import ConditionFailed


async def put_object(
    resources: Resources, repository: Repository, new: NewObject, incoming: Incoming
) -> ObjectRecord:
    """Take the bytes in and give them their key. Raises S3Error; then nothing has changed."""
    if new.conditions is not None:
        # Refused here the body need not be sent; what counts is asked again when it has arrived.
        before = await find_object(resources.outbox, repository.repository_uid, new.key)
        check_conditions(new.conditions, before)
    async with resources.blobs.drafting(folder_of(repository), new.key) as draft:
        received = await receive(draft, incoming, kept=new.kept)
        content = content_of(received, new.kept)
        ready = Ready(new, content, draft)
        return await to_the_end(commit_object(resources, repository, ready))


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion came to: the object that was there, and S3's name of what it left or took."""

    record: ObjectRecord | None = None
    version_id: str = ""
    is_marker: bool = False


async def delete_object(
    resources: Resources,
    repository: Repository,
    key: str,
    *,
    actor: str,
    conditions: Conditions | None = None,
) -> Deleted:
    """Remove an object, or put a marker over it. Raises S3Error (conditions)."""
    standing = await find_standing(resources, repository, key)
    check_conditions(conditions, standing.record)
    if standing.record is None and standing.trail is None:
        return Deleted()
    return await to_the_end(_delete(resources, repository, key, actor, conditions))


async def delete_unchanged(
    resources: Resources, repository: Repository, key: str, etag: str, *, actor: str
) -> Deleted:
    """The same as long as it has this etag, where one is given. PreconditionFailed, Conflict."""
    conditions = Conditions(if_match=(etag,)) if etag else None
    try:
        return await delete_object(resources, repository, key, actor=actor, conditions=conditions)
    except S3Error as error:
        raise BY_STATUS[error.status](error.message) from error


async def _delete(
    resources: Resources,
    repository: Repository,
    key: str,
    actor: str,
    conditions: Conditions | None,
) -> Deleted:
    folder = folder_of(repository)
    async with resources.bursts.writing(folder), resources.blobs.locked(folder, key):
        for _ in range(ATTEMPTS):
            standing = await find_standing(resources, repository, key)
            check_conditions(conditions, standing.record)
            if standing.record is None and standing.trail is None:
                return Deleted()
            try:
                return await _put_marker(resources, repository, standing, actor)
            except ConditionFailed:
                continue
    raise S3Error("OperationAborted")


async def _put_marker(
    resources: Resources, repository: Repository, standing: Standing, actor: str
) -> Deleted:
    """No object any more; what tells it is kept where the key has a trail."""
    before, is_kept = standing.record, standing.trail is not None
    kept = await keep_bytes(resources, repository, standing)
    version = await version_after(resources, repository, standing)
    gone = marker_of(repository, standing.key, version, actor=actor)
    rows = await succeed(resources, repository, standing, gone, kept)
    if before is not None:
        own = deleted(repository, before, gone, actor=actor, freed=rows.freed)
    else:
        own = nothing_there(repository, standing.key, gone, freed=rows.freed)
    to_copy = resources.to_copy(repository, standing.key)
    await resources.outbox.commit(*own, *rows.actions, *to_copy)
    # The record goes first: bytes without one are found again, and known by their age.
    if before is not None and resources.blobs.lingers is None:
        await resources.blobs.remove(folder_of(repository), standing.key, before.place)
    return Deleted(before, gone.shown_version if is_kept else "", is_kept)
