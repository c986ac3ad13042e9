"""Form bodies as a browser sends them (URL-encoded, WHATWG URL §5.1; RFC 7578), with limits."""

from collections.abc import AsyncGenerator
from email.message import Message
from typing import NamedTuple
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from shared.errors import Invalid, TooLarge

LARGEST_BYTES = 128 * 1024
MOST_FIELDS = 100
MEDIA_TYPE = "application/x-www-form-urlencoded"
UPLOAD_TYPE = "multipart/form-data"
CHARSETS = {"utf-8", "utf8"}
# Where the limit of a body stands in its request's scope, until it is read with another.
LIMIT = "coop.limit"
UNREAD = "The form could not be read."


class Upload(NamedTuple):
    """A form with a file: its fields by name, and what is in the file; nothing without one."""

    fields: dict[str, str]
    content: bytes


async def read_form(request: Request, *, largest: int = LARGEST_BYTES) -> dict[str, str]:
    """The fields by name, the last one of each; line ends as `\\n`. Invalid, TooLarge."""
    _demand_type(request, MEDIA_TYPE)
    try:
        pairs = parse_qsl(
            (await read_body(request, largest)).decode(),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Invalid(UNREAD) from None
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


async def read_upload(request: Request, *, largest: int) -> Upload:
    """A form with one file of at most so many bytes. Invalid, TooLarge."""
    _demand_type(request, UPLOAD_TYPE)
    body = await read_body(request, largest + LARGEST_BYTES)
    parser = MultiPartParser(request.headers, _at_once(body), max_files=1, max_fields=MOST_FIELDS)
    # Nothing of it is written to a disk.
    parser.spool_max_size = largest + LARGEST_BYTES
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError):
        raise Invalid(UNREAD) from None
    values = form.items()
    fields = {name: value for name, value in values if isinstance(value, str)}
    files = [await value.read() for _, value in values if isinstance(value, UploadFile)]
    await form.close()
    return Upload(fields, b"".join(files))


async def read_body(request: Request, largest: int) -> bytes:
    """All of it, with this limit in place of the one that all bodies have. Raises TooLarge."""
    request.scope.pop(LIMIT, None)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge(f"At most {largest // 1024:,} KB can be sent here.")
    return bytes(body)


def _demand_type(request: Request, wanted: str) -> None:
    told = Message()
    told["content-type"] = request.headers.get("content-type", "")
    if told.get_content_type() != wanted:
        raise Invalid("This address takes forms.")
    if str(told.get_param("charset", "utf-8")).lower() not in CHARSETS:
        raise Invalid(UNREAD)


async def _at_once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
