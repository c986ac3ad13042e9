"""Scripts of any origin may read and write as far as their signature lets them: no cookies here."""

from services.storage.views.exchange import Exchange, Header
from services.storage.views.headers import clean

METHODS = b"GET, HEAD, PUT, POST, DELETE"
EXPOSED = (
    b"Accept-Ranges, Cache-Control, Content-Disposition, Content-Encoding, Content-Language, "
    b"Content-Length, Content-Range, Content-Type, Date, ETag, Expires, Last-Modified, Location, "
    b"x-amz-checksum-crc32, x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, x-amz-checksum-sha1, "
    b"x-amz-checksum-sha256, x-amz-checksum-type, x-amz-mp-parts-count, x-amz-request-id"
)
ANY_ORIGIN = (b"access-control-allow-origin", b"*")
DAY_SECONDS = b"86400"


def open_to_origins(exchange: Exchange) -> None:
    """Let a script of another origin read the answer, if one asks."""
    headers = exchange.request.headers
    if "origin" not in headers:
        return
    # `*` tells the x-amz-meta- headers too, where a browser takes it for what it is.
    exchange.extra += [ANY_ORIGIN, (b"access-control-expose-headers", EXPOSED + b", *")]


async def preflight(exchange: Exchange) -> None:
    """OPTIONS: yes, whatever it is, and whether or not it is there."""
    wanted = clean(exchange.request.headers.get("access-control-request-headers", ""))
    headers: list[Header] = [
        (b"access-control-allow-methods", METHODS),
        (b"access-control-max-age", DAY_SECONDS),
        (b"vary", b"Origin, Access-Control-Request-Headers"),
    ]
    if wanted:
        headers.append((b"access-control-allow-headers", wanted.encode("latin-1")))
    await exchange.answer(204, headers)
