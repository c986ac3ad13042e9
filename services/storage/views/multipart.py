"""The operations of multipart uploads."""

import asyncio
from typing import cast

from services.storage.models import ChecksumType, UploadPart
from services.storage.operations.completing import Completion, complete_upload
from services.storage.operations.multipart import (
    DEFAULT_ALGORITHM,
    PartAddress,
    abort_upload,
    copy_part,
    create_upload,
    list_parts,
    upload_part,
)
from services.storage.s3.bodies import MAX_COMPLETE_BYTES, MAX_PARTS, parse_complete
from services.storage.s3.conditions import read_conditions
from services.storage.s3.errors import S3Error
from services.storage.s3.ranges import parse_copy_range
from services.storage.s3.xml import (
    Part,
    PartListing,
    complete_multipart_upload,
    copy_result,
    initiate_multipart_upload,
)
from services.storage.s3.xml import list_parts as parts_document
from services.storage.views.acls import refuse_wider
from services.storage.views.bodies import SignedBody, read_length, read_whole, settle_length
from services.storage.views.exchange import XML, Exchange
from services.storage.views.headers import (
    checksum_headers,
    checksum_type,
    declared_checksums,
    new_object,
    told_checksums,
    wanted_algorithm,
)
from services.storage.views.listing import number_of, owner_of
from services.storage.views.refusals import error_document
from services.storage.views.versioning import version_header
from services.storage.views.writing import open_source, source_headers

COMPOSITE_BY_DEFAULT = ("CRC32", "CRC32C", "SHA1", "SHA256")
WHOLE_ONLY = ("CRC64NVME",)
PARTS_ONLY = ("SHA1", "SHA256")
# Clients give up on silence: after this long a space is sent now and then, as S3 does.
PATIENCE_SECONDS = 10.0


async def create(exchange: Exchange) -> None:
    """CreateMultipartUpload."""
    refuse_wider(exchange)
    algorithm, kind = wanted_checksum(exchange)
    new = new_object(exchange.target.key, exchange.request.headers, exchange.caller.uid)
    upload = await create_upload(exchange.held.resources, exchange.place, new, algorithm, kind)
    target = exchange.target
    headers = [XML]
    if "x-amz-checksum-algorithm" in exchange.request.headers:
        headers += [
            (b"x-amz-checksum-algorithm", algorithm.encode()),
            (b"x-amz-checksum-type", kind.encode()),
        ]
    document = initiate_multipart_upload(target.bucket, target.shown_key, upload.upload_id)
    await exchange.answer(200, headers, document)


def wanted_checksum(exchange: Exchange) -> tuple[str, ChecksumType]:
    """The checksum that the whole is to have. Raises InvalidRequest for what cannot be."""
    headers = exchange.request.headers
    algorithm = wanted_algorithm(headers) or DEFAULT_ALGORITHM
    default = "COMPOSITE" if algorithm in COMPOSITE_BY_DEFAULT else "FULL_OBJECT"
    kind = headers.get("x-amz-checksum-type", default).upper()
    impossible = WHOLE_ONLY if kind == "COMPOSITE" else PARTS_ONLY
    if kind not in {"COMPOSITE", "FULL_OBJECT"} or algorithm in impossible:
        raise S3Error(
            "InvalidRequest",
            f"The {kind} checksum type cannot be used with the {algorithm} checksum algorithm.",
        )
    return algorithm, cast("ChecksumType", kind)


async def put_part(exchange: Exchange) -> None:
    """UploadPart."""
    await settle_length(exchange)
    address, body, held = part_address(exchange), SignedBody(exchange), exchange.held
    number, place = address.number, exchange.place
    async with held.quotas.room_for_part(place, address.upload_id, number, body.length):
        part = await upload_part(held.resources, place, address, body)
    headers = [(b"etag", b'"%b"' % part.etag.encode())]
    headers += [one for one in checksum_headers(part.checksums) if one[0] != b"x-amz-checksum-type"]
    await exchange.answer(200, headers)


async def copy_to_part(exchange: Exchange) -> None:
    """UploadPartCopy."""
    address = part_address(exchange)
    repository, source = await open_source(exchange)
    try:
        wanted = exchange.request.headers.get("x-amz-copy-source-range")
        size = source.record.size
        span = (0, size) if wanted is None else parse_copy_range(wanted, size)
        number, length, held = address.number, span[1] - span[0], exchange.held
        async with held.quotas.room_for_part(exchange.place, address.upload_id, number, length):
            part = await copy_part(held.resources, source, exchange.place, address, span)
    finally:
        source.close()
    document = copy_result(
        "CopyPartResult",
        etag=part.etag,
        modified_ms=part.modified_ms,
        checksums=told_checksums(part.checksums),
    )
    headers = [XML, *source_headers(repository, source)]
    await exchange.answer(200, headers, document)


async def complete(exchange: Exchange) -> None:
    """CompleteMultipartUpload."""
    headers = exchange.request.headers
    size = headers.get("x-amz-mp-object-size")
    body = await read_whole(exchange, MAX_COMPLETE_BYTES, completes=True)
    wanted = Completion(
        upload_address(exchange),
        parse_complete(body),
        exchange.caller.uid,
        read_conditions(headers),
        None if size is None else read_length("x-amz-mp-object-size", size),
        declared_checksums(headers),
    )
    held = exchange.held
    completing = complete_upload(held.resources, exchange.place, wanted, held.quotas)
    work = asyncio.ensure_future(completing)
    done, _ = await asyncio.wait({work}, timeout=PATIENCE_SECONDS)
    if done:
        answer = work.result()
        version = [version_header(answer["version"])] if "version" in answer else []
        await exchange.answer(200, [XML, *version], completed(exchange, answer))
        return
    await answer_slowly(exchange, work)


async def answer_slowly(exchange: Exchange, work: "asyncio.Future[dict[str, str]]") -> None:
    """The status is sent before the outcome is known: what goes wrong now stands in the body."""
    await exchange.start(200, [XML])
    while True:
        done, _ = await asyncio.wait({work}, timeout=PATIENCE_SECONDS)
        if done:
            break
        await exchange.send({"type": "http.response.body", "body": b" ", "more_body": True})
    try:
        document = completed(exchange, work.result())
    except Exception as error:  # noqa: BLE001 - whatever it is, the client is told in the body
        document = error_document(exchange, error)
    # No declaration may follow a space.
    await exchange.send({"type": "http.response.body", "body": document.partition(b"?>")[2]})


def completed(exchange: Exchange, answer: dict[str, str]) -> bytes:
    """The document of a completed upload, the same each time it is asked for."""
    target = exchange.target
    checksums = {
        name.removeprefix("sum:"): value
        for name, value in answer.items()
        if name.startswith("sum:")
    }
    told = told_checksums(checksums)
    kinds = [("Type", checksum_type(value)) for _, value in told]
    return complete_multipart_upload(
        target.bucket,
        target.shown_key,
        location=f"{exchange.held.door.url}{exchange.request.raw_path.decode('latin-1')}",
        etag=answer["etag"],
        checksums=[*told, *kinds],
    )


async def abort(exchange: Exchange) -> None:
    """AbortMultipartUpload."""
    await abort_upload(exchange.held.resources, exchange.place, upload_address(exchange))
    await exchange.answer(204)


async def parts(exchange: Exchange) -> None:
    """ListParts."""
    query, target = exchange.request.query, exchange.target
    address = upload_address(exchange)
    address.number = number_of(query, "part-number-marker", 0)
    limit = min(number_of(query, "max-parts", 1000), 1000)
    found: list[UploadPart] = []
    more = False
    if limit:
        found, more = await list_parts(
            exchange.held.resources, exchange.place, address, limit=limit
        )
    listing = PartListing(
        target.bucket,
        target.shown_key,
        address.upload_id,
        [told_part(part) for part in found],
        marker=address.number,
        max_parts=limit,
        is_truncated=more,
        owner=owner_of(exchange),
    )
    await exchange.answer_xml(parts_document(listing))


def told_part(part: UploadPart) -> Part:
    """A part as S3 lists it."""
    checksums = tuple(told_checksums(part.checksums))
    return Part(part.number, part.size, part.etag, part.modified_ms, checksums)


def upload_address(exchange: Exchange) -> PartAddress:
    """Which upload the query names."""
    return PartAddress(exchange.request.query.get("uploadId", ""), exchange.target.key)


def part_address(exchange: Exchange) -> PartAddress:
    """Which part the query names. Raises InvalidArgument."""
    address = upload_address(exchange)
    address.number = number_of(exchange.request.query, "partNumber", 0)
    if not 1 <= address.number <= MAX_PARTS:
        raise S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000")
    return address
