"""GetObject and HeadObject: conditions, ranges, and the loop that streams."""

from services.storage.blobs.port import READ_BYTES, Blob
from services.storage.models import ObjectRecord
from services.storage.operations.failing_over import (
    FAILURES,
    covered,
    open_at_once,
    open_elsewhere,
)
from services.storage.operations.reading import (
    Opened,
    get_record,
    get_version,
    open_object,
    open_version,
)
from services.storage.s3.addressing import Target
from services.storage.s3.conditions import check_read, read_conditions
from services.storage.s3.errors import S3Error
from services.storage.s3.ranges import content_range, wanted_range
from services.storage.store.objects import moment_of
from services.storage.store.versions import versions_before
from services.storage.views.exchange import SEND_FILE, Exchange, Header, Message
from services.storage.views.headers import (
    SANDBOX,
    checksum_headers,
    clean,
    is_inert,
    object_headers,
    raw,
)
from services.storage.views.versioning import (
    MARKER,
    sees_history,
    version_header,
    version_headers,
)
from shared.contracts.repositories import Repository, Versioning
from shared.errors import NotFound

PIECE_BYTES = 8 * 1024**2
OVERRIDES = {
    f"response-{name}": name
    for name in (
        "content-type",
        "content-language",
        "expires",
        "cache-control",
        "content-disposition",
        "content-encoding",
    )
}


async def get_object(exchange: Exchange) -> None:
    """The bytes of an object, or of a range of it."""
    opened = await open_wanted(exchange)
    try:
        record = opened.record
        headers = headers_for(exchange, record) + version_headers(exchange.place, record)
        check_conditions(exchange, record)
        start, end = 0, record.size
        span, status = wanted_span(exchange, record, headers), 200
        if span is not None:
            (start, end), status = span, 206
            headers.append((b"content-range", content_range(start, end, record.size).encode()))
        elif exchange.request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
            headers += checksum_headers(record.checksums)
        headers.append((b"content-length", b"%d" % (end - start)))
        if exchange.request.method == "HEAD":
            await exchange.start(status, headers)
            await exchange.send({"type": "http.response.body", "body": b""})
        else:
            if start == 0 and exchange.is_download:
                exchange.held.downloads.note(exchange.place, record.key)
            await stream(exchange, opened, (start, end), (status, headers))
    finally:
        opened.close()


async def open_wanted(exchange: Exchange) -> Opened:
    """The object or version with its bytes open. Raises NoSuchKey, NoSuchVersion."""
    place, target, resources = exchange.place, exchange.target, exchange.held.resources
    try:
        opened = await _open_at_once(exchange) or await open_named(exchange, place, target)
    except NotFound:
        await tell_marker(exchange)
        raise S3Error("NoSuchKey", Key=target.shown_key) from None
    except FAILURES as reason:
        what = target.key, target.version_id
        opened = await open_elsewhere(resources, place, what, reason)
    return covered(resources, place, opened)


async def _open_at_once(exchange: Exchange) -> Opened | None:
    """Where the primary is known to be silent; versions are asked of it in any case."""
    target, resources = exchange.target, exchange.held.resources
    return None if target.version_id else await open_at_once(resources, exchange.place, target.key)


async def open_named(exchange: Exchange, repository: Repository, target: Target) -> Opened:
    """What a target names there. NotFound; raises NoSuchVersion, and MethodNotAllowed for a marker.

    An earlier version is none for who may not see the history.
    """
    resources, key, version_id = exchange.held.resources, target.key, target.version_id
    if not version_id:
        return await open_object(resources, repository, key)
    try:
        await seen_version(exchange, repository, target)
        return await open_version(resources, repository, key, version_id)
    except NotFound:
        raise S3Error("NoSuchVersion", Key=target.shown_key, VersionId=version_id) from None


async def seen_version(exchange: Exchange, repository: Repository, target: Target) -> ObjectRecord:
    """The version that a target names, if who asks may see it. NotFound, MethodNotAllowed."""
    resources, key = exchange.held.resources, target.key
    record = await get_version(resources, repository, key, target.version_id)
    if target.version_id and not sees_history(exchange, repository, key):
        now = await get_record(resources, repository, key)
        if now.shown_version != target.version_id:
            raise NotFound
    if record.is_marker:
        exchange.extra += [MARKER, version_header(record.shown_version), (b"allow", b"DELETE")]
        raise S3Error("MethodNotAllowed", Method=exchange.request.method)
    return record


async def tell_marker(exchange: Exchange) -> None:
    """That a key was deleted, to who sees the history."""
    place, key = exchange.place, exchange.target.key
    if place.versioning is Versioning.OFF or not sees_history(exchange, place, key):
        return
    outbox = exchange.held.resources.outbox
    for newest in await versions_before(outbox, place.repository_uid, key, limit=1):
        exchange.extra += [MARKER, version_header(newest.shown_version)]


def headers_for(exchange: Exchange, record: ObjectRecord) -> list[Header]:
    """The object's headers, with those that the query asks to be otherwise."""
    headers = object_headers(record)
    if b"response-" not in exchange.request.query_string:
        return headers
    query = exchange.request.query
    chosen = {OVERRIDES[name]: clean(value) for name, value in query.items() if name in OVERRIDES}
    if chosen and not exchange.is_signed:
        raise S3Error(
            "InvalidRequest",
            "Request specific response headers cannot be used for anonymous GET requests.",
        )
    names = {name.encode() for name in chosen}
    headers = [one for one in headers if one[0] not in names and one != SANDBOX]
    headers += [(name.encode(), raw(value)) for name, value in chosen.items()]
    if not is_inert(chosen.get("content-type", record.content_type)):
        headers.append(SANDBOX)
    return headers


def check_conditions(exchange: Exchange, record: ObjectRecord) -> None:
    """Raises PreconditionFailed, and NotModified with what a cache wants to know."""
    conditions = read_conditions(exchange.request.headers)
    if conditions is None:
        return
    try:
        check_read(conditions, record.etag, moment_of(record))
    except S3Error as error:
        if error.code == "NotModified":
            kept = {b"etag", b"last-modified", b"cache-control", b"expires"}
            exchange.extra += [one for one in object_headers(record) if one[0] in kept]
        raise


def wanted_span(
    exchange: Exchange, record: ObjectRecord, headers: list[Header]
) -> tuple[int, int] | None:
    """The range or the part that is wanted, None for the whole."""
    if b"partNumber" in exchange.request.query_string:
        number = exchange.request.query.get("partNumber", "")
        if record.parts:
            headers.append((b"x-amz-mp-parts-count", b"%d" % sum(run[0] for run in record.parts)))
        return part_span(record, number)
    if "range" not in exchange.request.headers:
        return None
    return wanted_range(
        exchange.request.headers, record.size, etag=record.etag, modified=moment_of(record)
    )


def part_span(record: ObjectRecord, text: str) -> tuple[int, int] | None:
    """Where a part of a multipart object lies; an object of one piece is its own first part."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 10_000):
        raise S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000")
    runs, number, offset = record.parts or [[1, record.size]], int(text), 0
    for count, size in runs:
        if number <= count:
            start = offset + (number - 1) * size
            return (start, start + size) if record.size else None
        number -= count
        offset += count * size
    there = sum(count for count, _ in runs)
    raise S3Error("InvalidPartNumber", PartNumberRequested=text, ActualPartCount=there)


async def stream(
    exchange: Exchange,
    opened: Opened,
    span: tuple[int, int],
    head: tuple[int, list[Header]],
) -> None:
    """Send the bytes, small ones at once. EOFError where somebody cut the file off meanwhile."""
    start, end = span
    if end - start > READ_BYTES:
        await opened.blob.expect(start, end)
        await exchange.start(*head)
        await stream_long(exchange, opened.blob, span)
        return
    body = await opened.blob.read(start, end - start) if end > start else b""
    if len(body) != end - start:
        raise EOFError
    await exchange.start(*head)
    await exchange.send({"type": "http.response.body", "body": body})


async def stream_long(
    exchange: Exchange, blob: Blob, span: tuple[int, int], *, more: bool = False
) -> None:
    """Piece by piece, each when the one before is on its way, uncopied where memory has it.

    `more` of the body follows.
    """
    offset, end = span
    while offset < end:
        size = min(PIECE_BYTES, end - offset)
        file = blob.at_hand(offset, size) if exchange.sends_files else None
        if file is None:
            piece = await blob.read(offset, min(READ_BYTES, size))
            if not piece:
                raise EOFError
            size = len(piece)
            message: Message = {"type": "http.response.body", "body": piece}
        else:
            message = {"type": SEND_FILE, "file": file, "offset": offset, "count": size}
        offset += size
        await exchange.send({**message, "more_body": more or offset < end})
