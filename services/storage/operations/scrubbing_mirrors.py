"""All copies in a mirror read again: what rotted there is named, and copied anew."""

from services.storage.blobs.port import (
    READ_BYTES,
    Blob,
    Blobs,
    DamagedError,
    Folder,
    GoneError,
    LostError,
)
from services.storage.models import Copy
from services.storage.operations.backed_up import CRC64NVME, Pace
from services.storage.operations.failing_over import lose_copy
from services.storage.operations.mirrors import Mirror
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.verifying import OURS
from services.storage.s3.checksums import Checksums
from services.storage.store.copies import all_copies, copies_of_key
from shared.snapshots import all_repositories

# What tells of one copy. That all of a bucket is away is Unavailable too, and no LostError.
LOST = (GoneError, LostError, DamagedError, ValueError)


async def scrub_mirror(resources: Resources, mirror: Mirror, pace: Pace) -> tuple[int, list[str]]:
    """How many copies were read, and the names of those that are not right.

    Raises Unavailable where the mirror is away, OSError where this process can open no more files.
    """
    count, wrong, blobs = 0, list[str](), await mirror.reach()
    async for repository in all_repositories(resources.outbox.table):
        folder = folder_of(repository)
        async for copies in all_copies(resources.outbox, mirror.name, folder.repository_uid):
            for copy in copies:
                count += 1
                if await _is_right(blobs, folder, copy, pace):
                    continue
                if await _is_known_still(resources, mirror, copy):
                    await lose_copy(resources, mirror, folder, copy)
                    wrong.append(f"{repository.full_name}/{copy.key}")
    return count, wrong


async def _is_right(blobs: Blobs, folder: Folder, copy: Copy, pace: Pace) -> bool:
    try:
        blob = await blobs.open(folder, copy.key, copy.place)
    except LOST:
        return False
    try:
        digest = await _digest(blob, pace)
    except LOST:
        return False
    except OSError as error:
        if error.errno in OURS:
            raise
        return False
    finally:
        blob.close()
    return (blob.mark, blob.size, digest) == (copy.mark, copy.size, copy.crc64nvme)


async def _digest(blob: Blob, pace: Pace) -> str:
    """Of the bytes as they are kept, not as they are remembered."""
    computed, offset = Checksums((CRC64NVME,)), 0
    while offset < blob.size:
        piece = await blob.read_again(offset, min(READ_BYTES, blob.size - offset))
        if not piece:
            break
        await pace.wait(len(piece))
        computed.update(piece)
        offset += len(piece)
    return computed.base64(CRC64NVME)


async def _is_known_still(resources: Resources, mirror: Mirror, copy: Copy) -> bool:
    """Whether nobody has copied anything over it meanwhile."""
    known = await copies_of_key(resources.outbox, mirror.name, copy.repository_uid, copy.key)
    return copy in known
