"""Multipart uploads: begun, their parts kept, aborted, listed. `completing` ends them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from services.storage.blobs.port import Draft, Folder
from services.storage.models import ChecksumType, Upload, UploadPart
from services.storage.operations.committing import NewObject
from services.storage.operations.copying import take_and_hash
from services.storage.operations.reading import Opened
from services.storage.operations.receiving import Incoming, checksums_of, receive
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.checksums import Checksums
from services.storage.s3.errors import S3Error
from services.storage.store.uploads import (
    add_upload,
    find_part,
    find_upload,
    is_upload_id,
    parts_after,
    put_part,
    remove_parts,
    remove_upload,
)
from shared.contracts.repositories import Repository
from shared.finishing import to_the_end
from shared.identifiers import new_uid
from shared.tables import ConditionFailed

DEFAULT_ALGORITHM = "CRC64NVME"


@dataclass(slots=True)
class PartAddress:
    """Which part of which upload of which key."""

    upload_id: str
    key: str
    number: int = 0


async def create_upload(
    resources: Resources,
    repository: Repository,
    new: NewObject,
    algorithm: str,
    checksum_type: ChecksumType,
) -> Upload:
    """Begin an upload of what `new` says."""
    upload = Upload(
        new_uid(),
        repository.repository_uid,
        repository.account_id,
        repository.repository_id,
        new.key,
        time.time_ns() // 1_000_000,
        new.content_type,
        new.actor,
        algorithm,
        checksum_type,
        new.metadata,
        new.headers,
        tags=new.tags,
    )
    await add_upload(resources.outbox, upload)
    return upload


async def open_upload(resources: Resources, repository: Repository, address: PartAddress) -> Upload:
    """The upload, which must be under way. Raises NoSuchUpload."""
    upload = await known_upload(resources, repository, address)
    if upload.state != "open":
        raise S3Error("NoSuchUpload", UploadId=address.upload_id)
    return upload


async def known_upload(
    resources: Resources, repository: Repository, address: PartAddress
) -> Upload:
    """The upload, done or under way, if it is of this key. Raises NoSuchUpload."""
    upload = None
    if is_upload_id(address.upload_id):
        upload = await find_upload(resources.outbox, address.upload_id)
    if upload is None or (upload.repository_uid, upload.key) != (
        repository.repository_uid,
        address.key,
    ):
        raise S3Error("NoSuchUpload", UploadId=address.upload_id[:128])
    return upload


async def upload_part(
    resources: Resources, repository: Repository, address: PartAddress, incoming: Incoming
) -> UploadPart:
    """Take one part in; it replaces an earlier one of its number. Raises S3Error."""
    upload = await open_upload(resources, repository, address)
    folder = folder_of(repository)
    async with resources.blobs.drafting(folder, upload.key, upload.upload_id) as draft:
        received = await receive(draft, incoming, kept=(upload.algorithm,))
        part = _part(address.number, received.size, received.computed, upload.algorithm)
        return await to_the_end(_keep(resources, repository, upload, part, draft))


async def copy_part(
    resources: Resources,
    source: Opened,
    repository: Repository,
    address: PartAddress,
    span: tuple[int, int],
) -> UploadPart:
    """A range of another object as a part."""
    upload = await open_upload(resources, repository, address)
    folder = folder_of(repository)
    async with resources.blobs.drafting(folder, upload.key, upload.upload_id) as draft:
        computed = await take_and_hash(source, draft, span, (upload.algorithm,))
        part = _part(address.number, span[1] - span[0], computed, upload.algorithm)
        return await to_the_end(_keep(resources, repository, upload, part, draft))


def _part(number: int, size: int, computed: Checksums, algorithm: str) -> UploadPart:
    moment, checksums = time.time_ns() // 1_000_000, checksums_of(computed, (algorithm,))
    return UploadPart(number, size, computed.hex("MD5"), moment, "", checksums)


async def _keep(
    resources: Resources,
    repository: Repository,
    upload: Upload,
    part: UploadPart,
    draft: Draft,
) -> UploadPart:
    folder = folder_of(repository)
    before = await find_part(resources.outbox, upload.upload_id, part.number)
    part.name = await resources.blobs.keep_part(folder, upload.upload_id, part.number, draft)
    try:
        await put_part(resources.outbox, upload.upload_id, part)
    except ConditionFailed as failed:
        # Completed or aborted while the bytes were on their way.
        await resources.blobs.drop_part(folder, upload.upload_id, part.name)
        raise S3Error("NoSuchUpload", UploadId=upload.upload_id) from failed
    # A part that stays where it is may be the object's by now: it goes when the upload ends.
    if before is not None and resources.blobs.lingers is None:
        await resources.blobs.drop_part(folder, upload.upload_id, before.name)
    return part


async def abort_upload(resources: Resources, repository: Repository, address: PartAddress) -> None:
    """Forget an upload and its parts. Raises NoSuchUpload."""
    await open_upload(resources, repository, address)
    try:
        await remove_upload(resources.outbox, address.upload_id)
    except ConditionFailed as failed:
        raise S3Error("NoSuchUpload", UploadId=address.upload_id) from failed
    await forget_parts(resources, folder_of(repository), address.upload_id)


async def forget_parts(
    resources: Resources, folder: Folder, upload_id: str, kept: Sequence[str] = ()
) -> None:
    """The parts of an upload that is done or aborted."""
    await resources.blobs.drop_upload(folder, upload_id, kept)
    await remove_parts(resources.outbox, upload_id)


async def list_parts(
    resources: Resources,
    repository: Repository,
    address: PartAddress,
    *,
    limit: int,
) -> tuple[list[UploadPart], bool]:
    """The parts after the number of the address, and whether there are more."""
    await open_upload(resources, repository, address)
    number = min(address.number, 99_999)
    return await parts_after(resources.outbox, address.upload_id, number, limit=limit)
