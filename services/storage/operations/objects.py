"""One object put, one object removed."""

from services.storage.models import ObjectRecord
from services.storage.operations.committing import (
    ATTEMPTS,
    NewObject,
    Ready,
    check_conditions,
    commit_object,
    left_over,
)
from services.storage.operations.receiving import Incoming, content_of, receive
from services.storage.operations.resources import Resources, folder_of, to_the_end
from services.storage.s3.conditions import Conditions
from services.storage.s3.errors import S3Error
from services.storage.store.objects import deleted, find_object
from shared.contracts.repositories import Repository
from shared.outbox import next_version
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


async def delete_object(
    resources: Resources,
    repository: Repository,
    key: str,
    *,
    actor: str,
    conditions: Conditions | None = None,
) -> ObjectRecord | None:
    """Remove an object; what was there, None where nothing was. Raises S3Error (conditions)."""
    before = await find_object(resources.outbox, repository.repository_uid, key)
    check_conditions(conditions, before)
    if before is None:
        return None
    return await to_the_end(_delete(resources, repository, key, actor, conditions))


async def _delete(
    resources: Resources,
    repository: Repository,
    key: str,
    actor: str,
    conditions: Conditions | None,
) -> ObjectRecord | None:
    folder = folder_of(repository)
    async with resources.bursts.writing(folder), resources.blobs.locked(folder, key):
        for _ in range(ATTEMPTS):
            before = await find_object(resources.outbox, repository.repository_uid, key)
            check_conditions(conditions, before)
            if before is None:
                return None
            version = next_version(before.version)
            actions = deleted(repository, before, version=version, actor=actor)
            try:
                await resources.outbox.commit(*actions, *left_over(resources, repository, before))
            except ConditionFailed:
                continue
            # The record goes first: bytes without one are found again, and known by their age.
            if resources.blobs.lingers is None:
                await resources.blobs.remove(folder, key, before.place)
            return before
    raise S3Error("OperationAborted")
