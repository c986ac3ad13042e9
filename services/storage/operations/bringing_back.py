"""The bytes of a snapshot put where its records will find them, which are told where that is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from services.storage.backups.naming import bytes_name
from services.storage.backups.target import Target
from services.storage.blobs.port import Bytes, GoneError, Published, Stored
from services.storage.models import ObjectRecord
from services.storage.operations.backed_up import (
    AT_ONCE,
    ChangedError,
    Pace,
    Tally,
    all_of,
    versions_in,
)
from services.storage.operations.carrying import fill
from services.storage.operations.counting import reconcile, reconcile_accounts
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import name_of
from services.storage.operations.telling import said_by, words_of
from services.storage.store.objects import object_row, objects_in
from services.storage.store.versions import put_version
from shared.contracts.repositories import Repository
from shared.snapshots import all_repositories
from shared.tables import Action, Put

ACTOR = "storage"


@dataclass(slots=True)
class BringingBack:
    """One restore: into these records and bytes, which nobody else uses, from this target."""

    resources: Resources
    target: Target
    pace: Pace = field(default_factory=Pace)
    tally: Tally = field(default_factory=Tally)
    lost: list[ObjectRecord] = field(default_factory=list)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    locks: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)


async def bring_back_bytes(bringing: BringingBack) -> None:
    """All of ours; a record whose bytes are not what they were goes, and is in the tally.

    Raises NoRoomError, Unavailable.
    """
    outbox = bringing.resources.outbox
    async for repository in all_repositories(outbox.table):
        uid = repository.repository_uid
        if repository.connection_uid:
            await reconcile(outbox, repository)
            continue
        # Versions first: on its way each lies under its key for a moment.
        async for records in versions_in(outbox, uid):
            await all_of(_bring_version(bringing, repository, one) for one in records)
        async for records in objects_in(outbox, uid):
            await all_of(_bring_object(bringing, repository, one) for one in records)
        await _forget_lost(bringing, repository)
        await reconcile(outbox, repository)
    await reconcile_accounts(outbox)


async def _bring_object(
    bringing: BringingBack, repository: Repository, record: ObjectRecord
) -> None:
    async with bringing.gate:
        published = await _published(bringing, repository, record)
        if published is None:
            # Where nothing lies, whatever has the key's own place by now.
            place = bringing.resources.blobs.version_place(record.place, name_of(record.stamp))
            stored = Stored(place, record.mark)
        else:
            await published.settle()
            stored = published.stored
        await _write(bringing, Put(object_row(_at(record, stored))))


async def _bring_version(
    bringing: BringingBack, repository: Repository, record: ObjectRecord
) -> None:
    """It is kept as one that was overwritten, and its key's own name is free again."""
    folder, key, blobs = folder_of(repository), record.key, bringing.resources.blobs
    # Of one key there is one at a time.
    async with bringing.gate, bringing.locks.setdefault(key, asyncio.Lock()):
        published = await _published(bringing, repository, record)
        if published is None:
            return
        async with blobs.locked(folder, key):
            kept = await blobs.keep(folder, key, published.stored, name_of(record.stamp))
            await published.settle()
            if blobs.lingers is None:
                await blobs.remove(folder, key, published.stored.place)
        if kept is None:
            bringing.lost.append(record)
        else:
            await _write(bringing, put_version(_at(record, kept)))


async def _published(
    bringing: BringingBack, repository: Repository, record: ObjectRecord
) -> Published | None:
    """The bytes of a record under its key; None where they are lost."""
    folder, key, blobs = folder_of(repository), record.key, bringing.resources.blobs
    bringing.tally.objects += 1
    bringing.tally.size += record.size
    async with blobs.drafting(folder, key) as draft:
        try:
            await fill(draft, record, _pieces(bringing, record))
        except (GoneError, ChangedError):
            bringing.lost.append(record)
            return None
        draft.tell(words_of(key, said_by(record)))
        async with blobs.locked(folder, key):
            return await blobs.publish(folder, key, draft, None)


async def _pieces(bringing: BringingBack, record: ObjectRecord) -> AsyncIterator[Bytes]:
    """Raises GoneError."""
    async for piece in bringing.target.get(bytes_name(record)):
        await bringing.pace.wait(len(piece))
        yield piece


def _at(record: ObjectRecord, stored: Stored) -> ObjectRecord:
    return replace(record, place=stored.place, mark=stored.mark)


async def _write(bringing: BringingBack, action: Action) -> None:
    await bringing.resources.outbox.table.write(action)


async def _forget_lost(bringing: BringingBack, repository: Repository) -> None:
    """What has no bytes is deleted and announced so; where it was the newest, an older one is."""
    resources, lost = bringing.resources, bringing.lost
    bringing.lost = []
    # Versions were first: none that is lost comes back.
    for record in lost:
        bringing.tally.missing.append(f"{repository.full_name}/{record.key}")
        version_id = record.shown_version
        await delete_version(resources, repository, record.key, version_id, actor=ACTOR)
