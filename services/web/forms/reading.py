"""Form bodies as a browser sends them (URL-encoded, WHATWG URL §5.1), with limits."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from shared.errors import Invalid, TooLarge

LARGEST_BYTES = 128 * 1024
MOST_FIELDS = 100
MEDIA_TYPE = "application/x-www-form-urlencoded"


async def read_form(request: Request, *, largest: int = LARGEST_BYTES) -> dict[str, str]:
    """The fields by name, the last one of each; line ends as `\\n`. Invalid, TooLarge."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise Invalid("This address takes forms.")
    try:
        pairs = parse_qsl(
            (await _body(request, largest)).decode(),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Invalid("The form could not be read.") from None
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


async def _body(request: Request, largest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge(f"A form may have {largest // 1024} KB.")
    return bytes(body)
