"""Reads that go on while the primary fails: from a mirror that has these very bytes.

A copy is read whole and its CRC64NVME compared before anybody is given a byte of it, once in each
process; so what rotted in a mirror is found here, and served by nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.storage.blobs.pieces import pieces_of
from services.storage.blobs.port import (
    Blob,
    Bytes,
    DamagedError,
    Folder,
    GoneError,
    Imprint,
    LostError,
    Update,
)
from services.storage.models import Copy, ObjectRecord
from services.storage.operations.backed_up import CRC64NVME
from services.storage.operations.faults import is_folder_lost
from services.storage.operations.mirrors import Mirror
from services.storage.operations.reading import Opened, demand_folder, get_version, open_blob
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.checksums import Checksums
from services.storage.store.copies import ask_to_copy, drop_copy, find_copies
from shared.contracts.repositories import Repository
from shared.errors import Unavailable
from shared.log import logger
from shared.telemetry import mirror_reads

# What a back end fails with. That a key has no object is none of it.
FAILURES = (OSError, Unavailable, DamagedError)
log = logger("storage")


@dataclass(slots=True)
class CoveredBlob:
    """See Blob: the primary's, and a mirror's from where that fails."""

    blob: Blob
    size: int
    mark: str
    place: str
    find: Callable[[Exception], Awaitable[Blob]]

    @property
    def modified_ms(self) -> int:
        """See Blob.modified_ms."""
        return self.blob.modified_ms

    @property
    def appeared_us(self) -> int:
        """See Blob.appeared_us."""
        return self.blob.appeared_us

    def imprint(self) -> Imprint | None:
        """See Blob.imprint."""
        return self.blob.imprint()

    async def expect(self, start: int, end: int) -> None:
        """See Blob.expect."""
        try:
            await self.blob.expect(start, end)
        except FAILURES as reason:
            await self._turn(reason)
            await self.blob.expect(start, end)

    async def read(self, offset: int, size: int) -> Bytes:
        """See Blob.read."""
        try:
            return await self.blob.read(offset, size)
        except FAILURES as reason:
            await self._turn(reason)
            return await self.blob.read(offset, size)

    async def read_again(self, offset: int, size: int) -> Bytes:
        """See Blob.read_again."""
        return await self.blob.read_again(offset, size)

    def at_hand(self, offset: int, size: int) -> int | None:
        """See Blob.at_hand."""
        return self.blob.at_hand(offset, size)

    async def feed(self, update: Update) -> None:
        """See Blob.feed; a mirror feeds what is left."""
        fed = 0

        def update_counted(piece: Bytes) -> None:
            nonlocal fed
            update(piece)
            fed += len(piece)

        try:
            await self.blob.feed(update_counted)
        except FAILURES as reason:
            await self._turn(reason)
            async for piece in pieces_of(self.blob, fed, self.size):
                await asyncio.to_thread(update, piece)

    def close(self) -> None:
        """See Blob.close."""
        self.blob.close()

    async def _turn(self, reason: Exception) -> None:
        found = await self.find(reason)
        self.blob.close()
        self.blob = found


def covered(resources: Resources, repository: Repository, opened: Opened) -> Opened:
    """The same, to be read to its end even if the primary fails on the way."""
    if not resources.mirrors or repository.connection_uid:
        return opened
    record, blob = opened.record, opened.blob

    async def find(reason: Exception) -> Blob:
        return await open_copy(resources, repository, record, reason)

    return Opened(record, CoveredBlob(blob, blob.size, blob.mark, blob.place, find))


async def demand_primary(resources: Resources, repository: Repository) -> None:
    """Raises Unavailable where what a repository had is not there: nothing is written beside it."""
    if not resources.mirrors or resources.blobs.lingers is not None:
        return
    if await resources.blobs.exists(folder_of(repository)):
        return
    if await is_folder_lost(resources, repository):
        raise Unavailable("The bytes of this repository are out of reach. Please try again.")


async def open_at_once(resources: Resources, repository: Repository, key: str) -> Opened | None:
    """From a mirror, while the primary is known to be silent; None where it is to be asked.

    NotFound.
    """
    reason = resources.outage.lasting()
    if reason is None or repository.connection_uid:
        return None
    try:
        return await open_elsewhere(resources, repository, (key, ""), reason)
    except FAILURES:
        return None


async def open_covered(
    resources: Resources, repository: Repository, record: ObjectRecord
) -> Blob | None:
    """The bytes of this very record, to be read to their end; None where the key has others."""
    try:
        blob = await open_blob(resources, repository, record)
        if blob is None:
            await demand_folder(resources, repository)
    except FAILURES as reason:
        return await open_copy(resources, repository, record, reason)
    if blob is None or blob.mark != record.mark:
        if blob is not None:
            blob.close()
        return None
    return covered(resources, repository, Opened(record, blob)).blob


async def open_elsewhere(
    resources: Resources, repository: Repository, what: tuple[str, str], reason: Exception
) -> Opened:
    """A key's object or version from a mirror. Raises `reason` where none has it, NotFound."""
    if not resources.mirrors or repository.connection_uid:
        raise reason
    record = await get_version(resources, repository, *what)
    return Opened(record, await open_copy(resources, repository, record, reason))


async def open_copy(
    resources: Resources, repository: Repository, record: ObjectRecord, reason: Exception
) -> Blob:
    """The bytes of a record in the first mirror that has them. Raises `reason` where none has."""
    folder = folder_of(repository)
    if _is_silent(resources, reason):
        resources.outage.begin(reason)
    for mirror in resources.mirrors:
        (copy,) = await find_copies(resources.outbox, mirror.name, [record])
        outcome, blob = "missing", None
        if copy is not None:
            outcome, blob = await _opened(resources, mirror, folder, copy)
        mirror_reads.labels(mirror.name, outcome).inc()
        if blob is not None:
            log.warning(
                "served from a mirror",
                mirror=mirror.name,
                repository=folder.repository_uid,
                version=record.version,
                reason=repr(reason),
            )
            return blob
    raise reason


def _is_silent(resources: Resources, reason: Exception) -> bool:
    """Whether all of a bucket is away, and each who asks waits for it in vain."""
    is_of_all = isinstance(reason, Unavailable) and not isinstance(reason, LostError)
    return is_of_all and resources.blobs.lingers is not None and bool(resources.mirrors)


async def _opened(
    resources: Resources, mirror: Mirror, folder: Folder, copy: Copy
) -> tuple[str, Blob | None]:
    """A copy that is right; none where the mirror is away too, or has other bytes by now."""
    try:
        blobs = await mirror.reach()
        blob = await blobs.open(folder, copy.key, copy.place)
    except (*FAILURES, GoneError) as error:
        log.warning("a mirror fails too", mirror=mirror.name, reason=repr(error))
        return "away", None
    try:
        if await _is_right(mirror, blob, copy):
            return "served", blob
    except (OSError, Unavailable) as error:
        blob.close()
        log.warning("a mirror fails too", mirror=mirror.name, reason=repr(error))
        return "away", None
    except BaseException:
        blob.close()
        raise
    blob.close()
    await lose_copy(resources, mirror, folder, copy)
    return "damaged", None


async def _is_right(mirror: Mirror, blob: Blob, copy: Copy) -> bool:
    if (blob.size, blob.mark) != (copy.size, copy.mark):
        return False
    if (copy.place, copy.mark) in mirror.proven:
        return True
    computed = Checksums((CRC64NVME,))
    try:
        await blob.feed(computed.update)
    except DamagedError:
        return False
    if computed.base64(CRC64NVME) != copy.crc64nvme:
        return False
    mirror.prove(copy.place, copy.mark)
    return True


async def lose_copy(resources: Resources, mirror: Mirror, folder: Folder, copy: Copy) -> None:
    """It is none: it is known of no more, and copied anew once the primary can be read."""
    log.error(
        "a copy in a mirror is not right", mirror=mirror.name, repository=folder.repository_uid
    )
    again = ask_to_copy(mirror.name, folder, copy.key)
    await resources.outbox.table.write(drop_copy(mirror.name, copy), again)
