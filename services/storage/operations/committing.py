"""A finished draft becomes an object: bytes, record and event together, or nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.storage.blobs.port import Draft, NoRoomError, Published, Stored
from services.storage.models import Content, ObjectRecord
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import (
    Standing,
    find_standing,
    keep_bytes,
    succeed,
    version_after,
    version_id_of,
)
from services.storage.operations.telling import said_by, words_of
from services.storage.s3.conditions import Conditions, check_write
from services.storage.s3.errors import S3Error
from services.storage.store.objects import created, moment_of
from shared.contracts.repositories import Repository
from shared.tables import Action, ConditionFailed

ATTEMPTS = 8


@dataclass(slots=True)
class NewObject:
    """What a client wants an object to be, beside its bytes. `actor` is an opaque uid.

    `kept` names a checksum to keep beside CRC64NVME, by S3's name.
    """

    key: str
    content_type: str
    actor: str
    metadata: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    conditions: Conditions | None = None
    kept: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Ready:
    """A finished draft and what it is to become; `also` are further actions of its transaction."""

    new: NewObject
    content: Content
    draft: Draft
    also: Callable[[ObjectRecord], Sequence[Action]] = lambda _: ()


async def commit_object(resources: Resources, repository: Repository, ready: Ready) -> ObjectRecord:
    """Give the draft its key. Run it `to_the_end`.

    Raises S3Error where a condition fails or there is no room, ConditionFailed where one of `also`
    fails.
    """
    folder = folder_of(repository)
    async with resources.bursts.writing(folder), resources.blobs.locked(folder, ready.new.key):
        record, published = await _win(resources, repository, ready)
        await published.settle()
    return record


async def _win(
    resources: Resources, repository: Repository, ready: Ready
) -> tuple[ObjectRecord, Published]:
    """Try until no process of another host has written the same record meanwhile."""
    attempts = ATTEMPTS
    while True:
        attempts -= 1
        standing = await find_standing(resources, repository, ready.new.key)
        check_conditions(ready.new.conditions, standing.record)
        kept = await keep_bytes(resources, repository, standing)
        published = await _publish(resources, repository, ready, standing.record)
        own: list[Action] = []
        try:
            record = await _next_record(resources, repository, ready, standing)
            record.place, record.mark = published.stored.place, published.stored.mark
            own += await new_rows(resources, repository, standing, record, kept)
            await resources.outbox.commit(*own, *ready.also(record))
        except ConditionFailed as failed:
            await published.undo()
            if min(failed.positions) >= len(own) or not attempts:
                raise
        except BaseException:
            await published.undo(is_sure=False)
            raise
        else:
            return record, published


async def new_rows(
    resources: Resources,
    repository: Repository,
    standing: Standing,
    record: ObjectRecord,
    kept: ObjectRecord | None,
) -> list[Action]:
    """A record and its event, and what they do to what was there before."""
    rows = await succeed(resources, repository, standing, record, kept)
    before, actor = standing.record, record.created_by
    own = created(repository, record, before=before, actor=actor, freed=rows.freed)
    return [*own, *rows.actions, *resources.to_copy(repository, record.key)]


async def _publish(
    resources: Resources, repository: Repository, ready: Ready, before: ObjectRecord | None
) -> Published:
    stored = None if before is None else Stored(before.place, before.mark)
    folder, key = folder_of(repository), ready.new.key
    # Whoever mends after our death between bytes and record has nothing but the bytes.
    ready.draft.tell(words_of(key, said_by(ready.new)))
    try:
        return await resources.blobs.publish(folder, key, ready.draft, stored)
    except NoRoomError as error:
        raise S3Error("InsufficientStorage") from error


async def _next_record(
    resources: Resources, repository: Repository, ready: Ready, standing: Standing
) -> ObjectRecord:
    new, content = ready.new, ready.content
    version = await version_after(resources, repository, standing)
    return ObjectRecord(
        repository.repository_uid,
        new.key,
        version,
        content.size,
        content.etag,
        time.time_ns() // 1_000_000,
        new.content_type,
        "",
        "",
        new.actor,
        content.checksums,
        new.metadata,
        new.headers,
        content.parts,
        new.tags,
        content.crc32,
        version_id_of(repository, version),
        part_sums=content.part_sums,
    )


def check_conditions(conditions: Conditions | None, before: ObjectRecord | None) -> None:
    """Raises S3Error unless what is there may be written over."""
    if conditions is None:
        return
    etag, moment = (None, None) if before is None else (before.etag, moment_of(before))
    check_write(conditions, etag, moment)
