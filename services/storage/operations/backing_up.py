"""The bytes that a copy of the records is about, brought to a backup while everything goes on.

The copy is of one moment and the bytes are not: what was overwritten or deleted since has none any
more. Then all that the records know of its key is copied anew, so that no record in the copy is
without bytes.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from services.storage.backups.inventory import Inventory
from services.storage.backups.naming import bytes_name
from services.storage.backups.target import Target
from services.storage.blobs.port import (
    READ_BYTES,
    Blob,
    Bytes,
    DamagedError,
    GoneError,
    LostError,
)
from services.storage.models import ObjectRecord
from services.storage.operations.backed_up import (
    AT_ONCE,
    CRC64NVME,
    ChangedError,
    Pace,
    Tally,
    all_of,
    check,
    versions_in,
)
from services.storage.operations.healing import heal_object
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import name_of
from services.storage.s3.checksums import Checksums
from services.storage.store.copying import Rows, object_in, replace_rows, rows_of
from services.storage.store.objects import objects_in
from services.storage.store.versions import versions_of_key
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.snapshots import all_repositories, repository_known

TRIES = 5


@dataclass(slots=True)
class BackingUp:
    """One backup: the copied records, where bytes come from and go to.

    `there` is what lies in the target, `needed` what the copied records are about.
    """

    live: Resources
    copy: Outbox
    target: Target
    there: Inventory
    needed: Inventory
    pace: Pace = field(default_factory=Pace)
    tally: Tally = field(default_factory=Tally)
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    following: asyncio.Lock = field(default_factory=asyncio.Lock)
    locks: "WeakValueDictionary[str, asyncio.Lock]" = field(default_factory=WeakValueDictionary)


async def back_up_bytes(backing: BackingUp) -> None:
    """All of ours; what could not be copied is in the tally. Raises NoRoomError, Unavailable."""
    async for repository in all_repositories(backing.copy.table):
        if repository.connection_uid:
            continue
        for batches in (objects_in, versions_in):
            async for records in batches(backing.copy, repository.repository_uid):
                await all_of(_keep(backing, repository, record) for record in records)


async def _keep(backing: BackingUp, repository: Repository, record: ObjectRecord) -> None:
    """Its bytes are in the target, or those of what its key has now."""
    backing.tally.objects += 1
    backing.tally.size += record.size
    if await _is_kept(backing, repository, record):
        return
    known: Rows = {}
    for _ in range(TRIES):
        rows = await _follow(backing, repository, record.key)
        if rows is None:
            return
        if rows == known:
            break
        known = rows
        await _heal(backing.live, repository, record.key)
    backing.tally.missing.append(f"{repository.full_name}/{record.key}")


async def _follow(backing: BackingUp, repository: Repository, key: str) -> Rows | None:
    """Copy anew what is known of a key; None where the bytes of all that are in the target then."""
    live, uid, folder = backing.live, repository.repository_uid, folder_of(repository)
    async with backing.following:
        # Nobody comes between a record and its bytes, which stay once they are open.
        async with live.blobs.locked(folder, key):
            rows = await rows_of(live.outbox, uid, key)
            record = object_in(rows, uid, key)
            blob = await _open(live, repository, record) if record is not None else None
        try:
            await replace_rows(backing.copy, uid, key, rows)
            is_kept = record is None or await _is_kept(backing, repository, record, blob)
        finally:
            if blob is not None:
                blob.close()
    older = [one async for one in versions_of_key(backing.copy, uid, key) if not one.is_marker]
    are_kept = all([await _is_kept(backing, repository, one) for one in older])
    return None if is_kept and are_kept else rows


async def _heal(live: Resources, repository: Repository, key: str) -> None:
    """By what the repository is now: hours may have gone since the copy."""
    now = await repository_known(live.outbox.table, repository.repository_uid)
    if now is not None:
        await heal_object(live, now, key)


async def _is_kept(
    backing: BackingUp, repository: Repository, record: ObjectRecord, held: Blob | None = None
) -> bool:
    """Whether its bytes are in the target, to which they are copied where they can be."""
    name = bytes_name(record)
    async with backing.gate, backing.locks.setdefault(name, asyncio.Lock()):
        if name not in backing.there:
            blob = held or await _open(backing.live, repository, record)
            if blob is None:
                return False
            try:
                await _copy(backing, record, blob, name)
            except (ChangedError, DamagedError, LostError):
                return False
            finally:
                if blob is not held:
                    blob.close()
    backing.needed.add([name])
    return True


async def _copy(backing: BackingUp, record: ObjectRecord, blob: Blob, name: str) -> None:
    """Raises ChangedError, LostError."""
    await blob.expect(0, blob.size)
    await backing.target.put(name, _pieces(backing, record, blob), record.size)
    backing.there.add([name])
    backing.tally.copied += 1
    backing.tally.copied_size += record.size


async def _open(live: Resources, repository: Repository, record: ObjectRecord) -> Blob | None:
    """The bytes of a record, wherever they are by now; None where they are gone."""
    folder, key, blobs = folder_of(repository), record.key, live.blobs
    as_version = blobs.version_place(record.place, name_of(record.stamp))
    for place in dict.fromkeys((record.place, as_version)):
        with suppress(GoneError, DamagedError):
            blob = await blobs.open(folder, key, place)
            if blob.mark == record.mark:
                return blob
            blob.close()
    # A version that came back is under its key's own name again.
    try:
        found = await blobs.look(folder, key)
    except DamagedError:
        return None
    if found is None or found.mark == record.mark:
        return found
    found.close()
    return None


async def _pieces(backing: BackingUp, record: ObjectRecord, blob: Blob) -> AsyncIterator[Bytes]:
    """Its bytes in order. Raises ChangedError where one cannot be read, or behind the last."""
    computed, offset = Checksums((CRC64NVME,)), 0
    while offset < blob.size:
        try:
            piece = await blob.read(offset, min(READ_BYTES, blob.size - offset))
        except OSError as error:
            raise ChangedError from error
        if not piece:
            break
        await backing.pace.wait(len(piece))
        computed.update(piece)
        yield piece
        offset += len(piece)
    check(record, computed, offset)
