"""Bodies as they arrive, freed of their framing and held against what was promised of them."""

import asyncio
from collections.abc import AsyncIterator

from services.storage.s3.checksums import (
    Bytes,
    Checksums,
    check_declared,
    check_payload,
    read_declared,
    without_checksums,
)
from services.storage.s3.chunked import make_decoder
from services.storage.s3.errors import S3Error
from services.storage.views.exchange import Exchange, Message

MAX_PUT_BYTES = 5 * 1024**3
IDLE_SECONDS = 120.0
LENGTHS = {"content-length", "x-amz-decoded-content-length"}
AHEAD_BYTES = 1024**2
UNTOLD = "You must provide the Content-Length HTTP header of a body of more than 1 MiB."
DRAIN_BYTES, DRAIN_SECONDS = 4 * 1024**2, 2.0


class SignedBody:
    """The body of one request; see operations.receiving.Incoming.

    The x-amz-checksum- headers are of the body, unless it `completes` what they are of.
    """

    def __init__(
        self, exchange: Exchange, *, limit: int = MAX_PUT_BYTES, completes: bool = False
    ) -> None:
        self._exchange = exchange
        headers, verified = exchange.request.headers, exchange.caller.verified
        self.payload = verified.payload if verified is not None else ""
        self.declared = read_declared(without_checksums(headers) if completes else headers)
        self._decoder = make_decoder(headers, verified) if verified is not None else None
        self.length = self._length()
        if self.length > limit:
            raise S3Error("EntityTooLarge", ProposedSize=self.length, MaxSizeAllowed=limit)
        hashed = ("SHA256",) if len(self.payload) == 64 else ()
        self.algorithms = (*self.declared.algorithms, *hashed)

    @property
    def kept(self) -> tuple[str, ...]:
        """The checksum that the client chose, which is kept with the object."""
        return (self.declared.algorithm,) if self.declared.algorithm else ()

    def _length(self) -> int:
        headers = self._exchange.request.headers
        name = "content-length" if self._decoder is None else "x-amz-decoded-content-length"
        length = headers.get(name)
        if length is None:
            raise S3Error("MissingContentLength")
        return read_length(name, length)

    async def pieces(self) -> AsyncIterator[Bytes]:
        """See Incoming.pieces."""
        received, decoder = 0, self._decoder
        async for data in raw_pieces(self._exchange):
            if decoder is None:
                received += len(data)
                if received > self.length:
                    raise S3Error("IncompleteBody")
                yield data
                continue
            for piece in decoder.feed(data):
                yield piece
        if decoder is not None:
            decoder.finish()
        elif received != self.length:
            raise S3Error("IncompleteBody")

    def check(self, computed: Checksums) -> None:
        """See Incoming.check."""
        check_payload(self.payload, computed)
        trailers = self._decoder.trailers if self._decoder is not None else None
        check_declared(self.declared, computed, trailers)


async def settle_length(exchange: Exchange) -> None:
    """A body whose length nobody tells is read before room is asked for, up to AHEAD_BYTES.

    Raises MissingContentLength for more of it.
    """
    headers = exchange.request.headers
    if "transfer-encoding" not in headers or LENGTHS & headers.keys():
        return
    held = bytearray()
    async for piece in raw_pieces(exchange):
        held += piece
        if len(held) > AHEAD_BYTES:
            raise S3Error("MissingContentLength", UNTOLD)
    headers["content-length"] = str(len(held))
    exchange.is_body_over = False

    async def receive() -> Message:
        return {"type": "http.request", "body": bytes(held)}

    exchange.receive = receive


def read_length(name: str, text: str) -> int:
    """The bytes that the header of this name speaks of. Raises InvalidArgument."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise S3Error("InvalidArgument", f"{name} is not a length.")
    return int(text)


async def raw_pieces(exchange: Exchange) -> AsyncIterator[bytes]:
    """The body as the server hands it over. Raises IncompleteBody where the client went away."""
    more = exchange.has_body_left
    while more:
        exchange.is_body_asked = True
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                message = await exchange.receive()
        except TimeoutError:
            raise S3Error("RequestTimeout") from None
        if message["type"] != "http.request":
            exchange.is_body_over = True
            raise S3Error("IncompleteBody")
        more = message.get("more_body", False)
        exchange.is_body_over = not more
        data = message.get("body")
        if data:
            yield data


async def read_whole(exchange: Exchange, limit: int, *, completes: bool = False) -> bytes:
    """A small body, checked. Raises MaxMessageLengthExceeded over the limit."""
    try:
        body = SignedBody(exchange, limit=limit, completes=completes)
    except S3Error as error:
        if error.code == "EntityTooLarge":
            raise S3Error("MaxMessageLengthExceeded", MaxMessageLengthBytes=limit) from error
        raise
    computed, pieces = Checksums(body.algorithms), []
    async for piece in body.pieces():
        computed.update(piece)
        pieces.append(piece)
    body.check(computed)
    return b"".join(pieces)


async def drain(exchange: Exchange) -> None:
    """After a refusal, read what little is on its way, so that the answer is not lost in a reset.

    Who waits to be asked for the body (Expect) is not asked, and much is not read.
    """
    headers = exchange.request.headers
    length = headers.get("content-length", "0")
    if not exchange.has_body_left or "expect" in headers:
        return
    if not (length.isascii() and length.isdigit() and int(length) <= DRAIN_BYTES):
        return
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in raw_pieces(exchange):
                pass
    except (TimeoutError, S3Error):
        return
