"""GetArchive: a repository, folders of it or single objects as one ZIP or tar file.

    GET /{account}/{repository}/?archive=zip&prefix=2024/&prefix=2025/&key=README.md

Not of S3, so it is asked of the bucket, where no key can be meant: `archive` names the format,
`prefix` and `key` what is in it and may be said often; without any it is all. The length is known
before the first byte, and ranges work as they do on objects.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime

from services.storage.archives.layout import Layout
from services.storage.archives.tar import TAR
from services.storage.archives.zip64 import ZIP
from services.storage.blobs.port import READ_BYTES
from services.storage.operations.archiving import (
    Archive,
    Part,
    Piece,
    Slice,
    Window,
    lay_out,
    parts_of,
    pieces,
)
from services.storage.s3.conditions import check_read, read_conditions
from services.storage.s3.errors import S3Error
from services.storage.s3.escaping import attachment
from services.storage.s3.ranges import content_range, wanted_range
from services.storage.views.exchange import Exchange, Header, Held
from services.storage.views.headers import NO_SNIFFING
from services.storage.views.reading import stream_long
from services.storage.views.rights import allowed_repository
from shared.policy import Action

FORMS = {"zip": ZIP, "tar": TAR}
# What an archive held may be gone without a trace: it has no date, and conditions on one are void.
UNDATED = datetime.fromtimestamp(0, UTC)


async def get_archive(exchange: Exchange) -> None:
    """The archive, or a range of it."""
    if exchange.repository is None:
        raise S3Error("InvalidRequest", "An archive is of one repository: /{account}/{repository}/")
    form = FORMS.get(exchange.request.query["archive"])
    if form is None:
        raise S3Error("InvalidArgument", f"An archive is one of: {', '.join(FORMS)}")
    parts = await _allowed_parts(exchange)
    held = exchange.held
    archive = Archive(held.resources, exchange.repository, parts, Layout(form))
    with _slot(held):
        await lay_out(archive, most=held.archives.objects)
    await _answer(exchange, archive)


async def _allowed_parts(exchange: Exchange) -> list[Part]:
    """What is selected. Raises AccessDenied unless all of it may be listed and read."""
    prefixes, keys = exchange.request.all_of("prefix"), exchange.request.all_of("key")
    parts = parts_of(prefixes if prefixes or keys else [""], keys)
    for part in parts:
        for action in (Action.DATA_READ,) if part.is_key else (Action.DATA_LIST, Action.DATA_READ):
            await allowed_repository(exchange, exchange.target, action, part.prefix)
    return parts


@contextmanager
def _slot(held: Held) -> Iterator[None]:
    """One of the archives that a process lays out at once. Raises SlowDown."""
    if held.archives.free <= 0:
        raise S3Error("SlowDown", "Too many archives are asked for. Please try again.")
    held.archives.free -= 1
    try:
        yield
    finally:
        held.archives.free += 1


async def _answer(exchange: Exchange, archive: Archive) -> None:
    layout, request = archive.layout, exchange.request
    _check_conditions(exchange, layout.etag)
    window, status = Window(0, layout.size), 200
    headers = _headers(exchange, archive)
    span = _wanted_span(exchange, layout)
    if span is not None:
        window, status = Window(*span), 206
        headers.append((b"content-range", content_range(*span, layout.size).encode()))
    headers.append((b"content-length", b"%d" % (window.end - window.start)))
    await exchange.start(status, headers)
    if request.method == "HEAD":
        await exchange.send({"type": "http.response.body", "body": b""})
        return
    async with aclosing(pieces(archive, window)) as found:
        await _send(exchange, found)


def _check_conditions(exchange: Exchange, etag: str) -> None:
    """Raises PreconditionFailed, and NotModified with the tag that a cache wants to know."""
    conditions = read_conditions(exchange.request.headers)
    if conditions is None:
        return
    conditions.if_modified_since = conditions.if_unmodified_since = None
    try:
        check_read(conditions, etag, UNDATED)
    except S3Error as error:
        if error.code == "NotModified":
            exchange.extra.append((b"etag", b'"%b"' % etag.encode()))
        raise


def _wanted_span(exchange: Exchange, layout: Layout) -> tuple[int, int] | None:
    """The range, unless it is wanted of another archive, or of that of a date."""
    headers = exchange.request.headers
    if not headers.get("if-range", '"').startswith('"'):
        return None
    return wanted_range(headers, layout.size, etag=layout.etag, modified=UNDATED)


def _headers(exchange: Exchange, archive: Archive) -> list[Header]:
    form = archive.layout.form
    name = attachment(f"{_title(exchange, archive)}{form.suffix}")
    return [
        (b"content-type", form.media_type.encode()),
        (b"etag", b'"%b"' % archive.layout.etag.encode()),
        (b"accept-ranges", b"bytes"),
        (b"content-disposition", name.encode()),
        NO_SNIFFING,
    ]


def _title(exchange: Exchange, archive: Archive) -> str:
    """The repository's name, and that of the folder where it is one."""
    name = exchange.place.repository_id
    folder = archive.parts[0].prefix.rstrip("/").rpartition("/")[2]
    return f"{name}-{folder}" if len(archive.parts) == 1 and folder else name


async def _send(exchange: Exchange, found: AsyncIterator[Piece]) -> None:
    """What is small goes together, what is large as objects go."""
    batch = bytearray()
    async for piece in found:
        if isinstance(piece, bytes):
            batch += piece
            continue
        if piece.start == 0 and exchange.is_download:
            exchange.held.downloads.note(exchange.place, piece.key)
        if piece.end - piece.start <= READ_BYTES:
            batch += await _read(piece)
        else:
            await _flush(exchange, batch)
            await stream_long(exchange, piece.blob, (piece.start, piece.end), more=True)
        if len(batch) >= READ_BYTES:
            await _flush(exchange, batch)
    await exchange.send({"type": "http.response.body", "body": bytes(batch)})


async def _read(piece: Slice) -> bytes:
    size = piece.end - piece.start
    body = await piece.blob.read(piece.start, size)
    if len(body) != size:
        raise EOFError
    return bytes(body)


async def _flush(exchange: Exchange, batch: bytearray) -> None:
    if batch:
        body = bytes(batch)
        batch.clear()
        await exchange.send({"type": "http.response.body", "body": body, "more_body": True})
