"""Copies within the platform: bytes move inside the kernel, and are read for a digest alone."""

from base64 import b64decode

from services.storage.blobs.connected import ConnectedBlob
from services.storage.blobs.pieces import pieces_of
from services.storage.blobs.port import Draft, Imprint, NoRoomError
from services.storage.models import Content, ObjectRecord
from services.storage.operations.committing import NewObject, Ready, commit_object
from services.storage.operations.reading import Opened
from services.storage.operations.receiving import KEPT, checksums_of, imprint_of, now_us
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.checksums import Checksums
from services.storage.s3.errors import S3Error
from shared.contracts.repositories import Repository
from shared.finishing import to_the_end


async def copy_object(
    resources: Resources, source: Opened, repository: Repository, new: NewObject
) -> ObjectRecord:
    """The source's bytes under a new key, which may be its own."""
    async with resources.blobs.drafting(folder_of(repository), new.key) as draft:
        content = await _take(source, new, draft)
        ready = Ready(new, content, draft)
        return await to_the_end(commit_object(resources, repository, ready))


async def _take(source: Opened, new: NewObject, draft: Draft) -> Content:
    record = source.record
    # Only the MD5 of bytes that came in one go is their ETag.
    if "-" not in record.etag and _has_all(record, new.kept):
        crc64nvme = b64decode(record.checksums["crc64nvme"])
        imprint = Imprint(bytes.fromhex(record.etag), crc64nvme, 0, now_us())
        await take(source, draft, (0, record.size), imprint)
        names = ("crc64nvme", *(name.lower() for name in new.kept))
        checksums = {name: record.checksums[name] for name in names}
        return Content(record.size, record.etag, checksums, crc32=record.crc32)
    computed = await take_and_hash(source, draft, (0, record.size), new.kept)
    return Content(record.size, computed.hex("MD5"), checksums_of(computed, new.kept))


def _has_all(record: ObjectRecord, kept: tuple[str, ...]) -> bool:
    return all("-" not in record.checksums.get(name.lower(), "-") for name in ("CRC64NVME", *kept))


async def take(source: Opened, draft: Draft, span: tuple[int, int], imprint: Imprint) -> None:
    """Copy a range into a draft and finish it."""
    try:
        await draft.take(source.blob, *span)
        await draft.finish((), lambda _: None, lambda: imprint)
    except NoRoomError as error:
        raise S3Error("InsufficientStorage") from error


async def take_and_hash(
    source: Opened, draft: Draft, span: tuple[int, int], kept: tuple[str, ...]
) -> Checksums:
    """Copy a range into a draft, read it once for its digests, and finish it."""
    computed = Checksums((*KEPT, *kept))
    try:
        if isinstance(source.blob, ConnectedBlob):
            async for piece in pieces_of(source.blob, *span):
                await draft.write([piece], computed.update)
        else:
            await draft.take(source.blob, *span, computed.update)
        await draft.finish((), computed.update, lambda: imprint_of(computed))
    except NoRoomError as error:
        raise S3Error("InsufficientStorage") from error
    return computed
