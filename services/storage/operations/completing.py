"""CompleteMultipartUpload: the parts become one object; asked again, the answer is the same."""

import asyncio
from base64 import b64decode
from dataclasses import dataclass, field

from services.storage.blobs.port import Draft, GoneError, Imprint, NoRoomError
from services.storage.models import Content, Upload, UploadPart
from services.storage.operations.committing import NewObject, Ready, commit_object
from services.storage.operations.multipart import PartAddress, forget_parts, known_upload
from services.storage.operations.quotas import Quotas
from services.storage.operations.receiving import base64_of, now_us
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.bodies import CompletedPart
from services.storage.s3.checksums import combine, composite, multipart_etag
from services.storage.s3.conditions import Conditions
from services.storage.s3.errors import S3Error
from services.storage.store.uploads import answer_of, done, find_upload, parts_after
from shared.contracts.repositories import Repository
from shared.finishing import to_the_end
from shared.tables import ConditionFailed

MIN_PART_BYTES = 5 * 1024**2
MAX_OBJECT_BYTES = 5 * 1024**4
# Listings read whole records: 64 parts' SHA-256, or the CRC-32 of 512.
MAX_SUMS_BYTES = 2048
PAGE = 1000


@dataclass(slots=True)
class Completion:
    """What a client says its upload is: the parts, and perhaps size and checksum of the whole."""

    address: PartAddress
    listed: list[CompletedPart]
    actor: str
    conditions: Conditions | None = None
    size: int | None = None
    checksums: dict[str, str] = field(default_factory=dict)


async def complete_upload(
    resources: Resources, repository: Repository, wanted: Completion, quotas: Quotas
) -> dict[str, str]:
    """The answer: `etag`, and each checksum as `sum:<name>`. Raises S3Error."""
    upload = await known_upload(resources, repository, wanted.address)
    if upload.state == "done":
        return upload.answer
    try:
        return await to_the_end(_complete(resources, repository, upload, wanted, quotas))
    except (ConditionFailed, S3Error) as reason:
        return await _answer_of_another(resources, upload, reason)


async def _complete(
    resources: Resources,
    repository: Repository,
    upload: Upload,
    wanted: Completion,
    quotas: Quotas,
) -> dict[str, str]:
    parts = await _chosen(resources, upload, wanted.listed)
    async with quotas.room(repository, upload.key, sum(part.size for part in parts)):
        return await _joined(resources, repository, upload, wanted, parts)


async def _joined(
    resources: Resources,
    repository: Repository,
    upload: Upload,
    wanted: Completion,
    parts: list[UploadPart],
) -> dict[str, str]:
    content = content_of_parts(upload, parts)
    _check_promises(content, wanted)
    folder = folder_of(repository)
    async with resources.blobs.drafting(folder, upload.key) as draft:
        await _assemble(resources, repository, upload, parts, draft)
        new = NewObject(
            upload.key,
            upload.content_type,
            upload.created_by or wanted.actor,
            upload.metadata,
            upload.headers,
            wanted.conditions,
            tags=upload.tags,
        )
        ready = Ready(
            new, content, draft, lambda record: [done(upload, record, now=now_us() / 1_000_000)]
        )
        record = await commit_object(resources, repository, ready)
    await forget_parts(resources, folder, upload.upload_id, [part.name for part in parts])
    return answer_of(record)


async def _answer_of_another(
    resources: Resources, upload: Upload, reason: ConditionFailed | S3Error
) -> dict[str, str]:
    """Whoever completed or aborted the same upload meanwhile took its parts, or came before us."""
    now = await find_upload(resources.outbox, upload.upload_id)
    if now is None:
        raise S3Error("NoSuchUpload", UploadId=upload.upload_id) from reason
    if now.state == "done":
        return now.answer
    if isinstance(reason, S3Error):
        raise reason
    raise S3Error("OperationAborted") from reason


async def _chosen(
    resources: Resources, upload: Upload, listed: list[CompletedPart]
) -> list[UploadPart]:
    """The kept parts that the client lists. Raises InvalidPart and EntityTooSmall."""
    kept: dict[int, UploadPart] = {}
    last, more = 0, True
    while more:
        page, more = await parts_after(resources.outbox, upload.upload_id, last, limit=PAGE)
        kept.update({part.number: part for part in page})
        last = page[-1].number if page else last
        # Ten thousand parts are read in ten stretches; others have their turn in between.
        await asyncio.sleep(0)
    chosen = [_match(kept.get(wanted.number), wanted) for wanted in listed]
    for part in chosen[:-1]:
        if part.size < MIN_PART_BYTES:
            raise S3Error(
                "EntityTooSmall",
                ProposedSize=part.size,
                MinSizeAllowed=MIN_PART_BYTES,
                PartNumber=part.number,
                ETag=part.etag,
            )
    return chosen


def _match(part: UploadPart | None, wanted: CompletedPart) -> UploadPart:
    if part is None or part.etag != wanted.etag.lower():
        raise S3Error("InvalidPart", PartNumber=wanted.number, ETag=wanted.etag[:128])
    for name, value in wanted.checksums.items():
        if part.checksums.get(name.lower(), value) != value:
            raise S3Error("InvalidPart", PartNumber=wanted.number)
    return part


async def _assemble(
    resources: Resources,
    repository: Repository,
    upload: Upload,
    parts: list[UploadPart],
    draft: Draft,
) -> None:
    names = [part.name for part in parts]
    imprint = imprint_of_parts(parts)
    try:
        await resources.blobs.assemble(folder_of(repository), upload.upload_id, names, draft)
        await draft.finish((), lambda _: None, lambda: imprint)
    except NoRoomError as error:
        raise S3Error("InsufficientStorage") from error
    except GoneError as error:
        # A part was sent again, or the upload was aborted, after its record was read.
        raise S3Error("InvalidPart") from error


def imprint_of_parts(parts: list[UploadPart]) -> Imprint:
    """What stands beside bytes that came in parts."""
    etag = multipart_etag(bytes.fromhex(part.etag) for part in parts)
    whole = combine("CRC64NVME", [(_digest(part, "crc64nvme"), part.size) for part in parts])
    return Imprint(bytes.fromhex(etag.partition("-")[0]), whole, len(parts), now_us())


def content_of_parts(upload: Upload, parts: list[UploadPart]) -> Content:
    """What the record says of bytes that came in parts. Raises EntityTooLarge."""
    size = sum(part.size for part in parts)
    if size > MAX_OBJECT_BYTES:
        raise S3Error("EntityTooLarge", ProposedSize=size, MaxSizeAllowed=MAX_OBJECT_BYTES)
    etag = multipart_etag(bytes.fromhex(part.etag) for part in parts)
    checksums = {"crc64nvme": _full("CRC64NVME", parts)}
    name = upload.algorithm
    if upload.checksum_type == "COMPOSITE":
        digests = [_digest(part, name.lower()) for part in parts]
        checksums[name.lower()] = composite(name, digests)
    else:
        checksums[name.lower()] = _full(name, parts)
    # A checksum of checksums is none of the whole, but what it is made of tells that too.
    crc32 = _full("CRC32", parts) if "-" in checksums.get("crc32", "") else ""
    sums = b"".join(_digest(part, name.lower()) for part in parts)
    return Content(
        size,
        etag,
        checksums,
        runs_of([part.size for part in parts]),
        crc32,
        sums if len(sums) <= MAX_SUMS_BYTES else b"",
    )


def _full(name: str, parts: list[UploadPart]) -> str:
    return base64_of(combine(name, [(_digest(part, name.lower()), part.size) for part in parts]))


def _digest(part: UploadPart, name: str) -> bytes:
    return b64decode(part.checksums[name])


def runs_of(sizes: list[int]) -> list[list[int]]:
    """Sizes as runs of [how many, bytes each]."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and runs[-1][1] == size:
            runs[-1][0] += 1
        else:
            runs.append([1, size])
    return runs


def _check_promises(content: Content, wanted: Completion) -> None:
    if wanted.size is not None and wanted.size != content.size:
        raise S3Error(
            "InvalidRequest", "The x-amz-mp-object-size header is not the size of the parts."
        )
    for name, value in wanted.checksums.items():
        if content.checksums.get(name, value).partition("-")[0] != value.partition("-")[0]:
            raise S3Error(
                "BadDigest", f"The {name} you specified did not match the calculated checksum."
            )
