"""A mirror of storage's operations, and what it has."""

from pathlib import Path

from obstore.store import MemoryStore

from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.local import open_local
from services.storage.blobs.port import Blobs
from services.storage.operations.failing_over import open_copy
from services.storage.operations.keeping_mirrored import follow
from services.storage.operations.mirrors import Mirror
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.copies import waiting_changes
from services.storage.store.mirrors import leave_mirror
from services.storage.store.objects import objects_in
from services.storage.store.versions import all_versions
from shared.contracts.repositories import Repository
from tests.blob_writes import content_of

SECOND = "second"
AWAY = OSError(5, "Input/output error")
Seen = dict[tuple[str, str], bytes]


def in_memory() -> Blobs:
    """A bucket that is no further away than memory."""
    return CloudBlobs(Bucket(MemoryStore()), lingers=0)


def mirror_on(where: Path | Blobs, *only: str) -> Mirror:
    """One in a folder, which is made, or on a back end that is open already; of these names."""

    async def opening() -> Blobs:
        return await open_local(where, fsync="off") if isinstance(where, Path) else where

    return Mirror(SECOND, opening, frozenset(only))


async def followed(resources: Resources) -> None:
    """The mirror has all that there is."""
    for mirror in resources.mirrors:
        assert await follow(resources, mirror)
        await leave_mirror(resources.outbox, mirror.name, resources.blobs.process)
        assert not await waiting_changes(resources.outbox, mirror.name)


async def in_mirror(resources: Resources, repository: Repository) -> Seen:
    """The bytes of each object and version by key and id, as the mirror alone gives them."""
    uid = repository.repository_uid
    records = [one async for batch in objects_in(resources.outbox, uid) for one in batch]
    records += [one async for one in all_versions(resources.outbox, uid) if not one.is_marker]
    found: Seen = {}
    for record in records:
        blob = await open_copy(resources, repository, record, AWAY)
        try:
            found[record.key, record.shown_version] = await content_of(blob)
        finally:
            blob.close()
    return found


async def keys_in_mirror(resources: Resources, repository: Repository) -> list[str]:
    """Of all bytes that lie there under a key, whatever is known of them."""
    blobs = await resources.mirrors[0].reach()
    found = [one async for batch in blobs.walk(folder_of(repository)) for one in batch]
    return sorted(one.key for one in found)
