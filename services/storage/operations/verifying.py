"""Bytes read again from where they are kept, and compared with what their record says.

Every record has the CRC64NVME of the whole, in whatever way its bytes came; a file that somebody
edited before it became a version has at best what stands beside it.
"""

import errno
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from services.storage.blobs.port import (
    READ_BYTES,
    Blob,
    DamagedError,
    GoneError,
    Imprint,
    LostError,
)
from services.storage.models import FaultKind, ObjectRecord
from services.storage.operations.receiving import base64_of
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.checksums import Checksums
from services.storage.store.marks import dirty_marks
from services.storage.store.objects import find_object
from services.storage.store.versions import versions_of_key
from shared.contracts.repositories import Repository
from shared.errors import Unavailable

Outcome = FaultKind | Literal["well", "changed"]
Told = Callable[[int], Awaitable[None]]
LOOKS = 2
# The cheapest first.
WHOLE = ("CRC64NVME", "CRC32C", "CRC32", "SHA1", "SHA256")
MD5 = re.compile(r"[0-9a-f]{32}").fullmatch
# We have too much open, and know nothing of the bytes.
OURS = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one look, and the mark of the bytes that it was at.

    The mark is empty where there are none, and None where that is not known.
    """

    outcome: Outcome
    mark: str | None = None


async def outcome_of(
    resources: Resources, repository: Repository, record: ObjectRecord, told: Told
) -> Outcome:
    """What comes of reading its bytes, and of reading them again where they are not right.

    `changed` where somebody writes or mends meanwhile: nothing is known then. `told` hears of so
    many bytes before more are read. Raises Unavailable where a whole bucket is away.
    """
    outcome: Outcome = "well"
    for _ in range(LOOKS):
        seen = await _look(resources, repository, record, told)
        outcome = seen.outcome
        if outcome == "well":
            break
        if not await _is_so_still(resources, repository, record, seen):
            return "changed"
    return outcome


async def _look(
    resources: Resources, repository: Repository, record: ObjectRecord, told: Told
) -> Seen:
    blob: Blob | None = None
    folder = folder_of(repository)
    try:
        blob = await resources.blobs.open(folder, record.key, record.place)
        return Seen(await _compared(record, blob, told), blob.mark)
    except GoneError:
        return Seen("missing", "")
    except LostError:
        return Seen("missing")
    except Unavailable:
        # Whether all of the bucket is away, which this raises then, or these bytes alone.
        await resources.blobs.exists(folder)
        return Seen("unreadable")
    except OSError as error:
        if error.errno in OURS:
            raise
        return Seen("unreadable")
    except (DamagedError, ValueError):
        # What is sealed does not open, or a list of parts is none any more.
        return Seen("damaged")
    finally:
        if blob is not None:
            blob.close()


async def _compared(record: ObjectRecord, blob: Blob, told: Told) -> Outcome:
    """Raises what reading does."""
    known = known_digest(record, blob.imprint())
    # One of another length need not be read.
    computed = Checksums((known[0],) if known is not None else ())
    offset, end = 0, blob.size if blob.size == record.size else 0
    while offset < end:
        piece = await blob.read_again(offset, min(READ_BYTES, end - offset))
        if not piece:
            break
        computed.update(piece)
        offset += len(piece)
        await told(len(piece))
    if blob.size < record.size or offset < end:
        return "truncated"
    is_own = blob.mark == record.mark
    is_right = is_own if known is None else computed.base64(known[0]) == known[1]
    if is_right and blob.size == record.size:
        return "well"
    return "damaged" if is_own else "edited"


def known_digest(record: ObjectRecord, imprint: Imprint | None) -> tuple[str, str] | None:
    """A digest of the whole, by S3's name and in base64; of parts there are only checksums of."""
    for name in WHOLE:
        value = record.checksums.get(name.lower(), "-")
        if "-" not in value:
            return name, value
    if MD5(record.etag):
        return "MD5", base64_of(bytes.fromhex(record.etag))
    if imprint is not None:
        return "CRC64NVME", base64_of(imprint.crc64nvme)
    return None


async def _is_so_still(
    resources: Resources, repository: Repository, record: ObjectRecord, seen: Seen
) -> bool:
    """Whether the record, and what lies there, is what was looked at, and nobody will mend it."""
    folder, key, blobs = folder_of(repository), record.key, resources.blobs
    # Who publishes has the lock until the record is written, or the bytes are back.
    async with blobs.locked(folder, key):
        now = await record_of(resources, record.repository_uid, key, bytes_id(resources, record))
        if now is None or now.place != record.place:
            return False
        if seen.mark is not None:
            there = (await blobs.look_many(folder, {key: record.place}))[key]
            if seen.mark != (there.mark if there is not None else ""):
                return False
    return blobs.lingers is not None or not await _died_at(resources, record.repository_uid)


async def _died_at(resources: Resources, repository_uid: str) -> bool:
    """Whether a process died while it wrote there, and what it left is not looked after yet."""
    marks = await dirty_marks(resources.outbox)
    writers = {one.process for one in marks if one.repository_uid == repository_uid}
    return not all([await resources.blobs.is_alive(one) for one in writers])


def bytes_id(resources: Resources, record: ObjectRecord) -> str:
    """What tells its bytes from all others that its key has or had.

    The mark of a file, since a version has it at another place; in a bucket the place.
    """
    return record.mark if resources.blobs.lingers is None else record.place


async def record_of(
    resources: Resources, repository_uid: str, key: str, wanted: str
) -> ObjectRecord | None:
    """The record that is about these bytes now, of the object or of a version."""
    outbox = resources.outbox
    record = await find_object(outbox, repository_uid, key)
    if record is not None and bytes_id(resources, record) == wanted:
        return record
    async for one in versions_of_key(outbox, repository_uid, key):
        if not one.is_marker and bytes_id(resources, one) == wanted:
            return one
    return None
