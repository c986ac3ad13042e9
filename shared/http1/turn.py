"""One request and its answer, as an ASGI application receives and sends them."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from shared.http1 import answer
from shared.http1.wire import ClientGoneError, Wire

Message = dict[str, Any]
Scope = dict[str, Any]
# More of a body than this waits in the kernel and not here.
MOST_BUFFERED, LEAST_BUFFERED = 1024**2, 256 * 1024
JOINED_BYTES = 64 * 1024
BODILESS = frozenset((204, 304))


class BrokenAnswerError(Exception):
    """The application sent what is no answer, or not all of it."""


class Turn:
    """`is_whole` once the request has arrived, `is_over` once the answer has gone."""

    __slots__ = (
        "_arrived",
        "_buffered",
        "_head",
        "_is_chunked",
        "_left",
        "_pieces",
        "_read_on",
        "_told",
        "_wire",
        "has_begun",
        "is_awaited",
        "is_kept",
        "is_over",
        "is_whole",
        "scope",
    )

    def __init__(
        self, scope: Scope, wire: Wire, read_on: Callable[[], None], *, is_kept: bool
    ) -> None:
        self.scope = scope
        self.is_kept = is_kept
        self.is_awaited = False
        self.is_whole = self.is_over = self.has_begun = False
        self._wire = wire
        self._read_on = read_on
        self._pieces: deque[bytes] = deque()
        self._buffered = 0
        self._arrived: asyncio.Future[None] | None = None
        self._head = b""
        self._told = True
        self._is_chunked = False
        self._left = 0

    def feed(self, piece: bytes) -> bool:
        """More of the body has come; whether that is enough for now."""
        if not self.is_over:
            self._pieces.append(piece)
            self._buffered += len(piece)
            self.wake()
        return self._buffered >= MOST_BUFFERED

    def end(self) -> None:
        """All of the request has come."""
        self.is_whole = True
        self.wake()

    def wake(self) -> None:
        """Something has changed for who waits in `receive`."""
        waiting, self._arrived = self._arrived, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def receive(self) -> Message:
        """ASGI's: a piece of the body, or that the client has left."""
        if self.is_awaited and not self._pieces and not self.is_whole and not self._wire.is_gone:
            self.is_awaited = False
            await self._wire.write(answer.CONTINUE)
        while not self._pieces and not self._is_settled():
            self._arrived = asyncio.get_running_loop().create_future()
            await self._arrived
        if self._pieces:
            return self._take()
        if self._wire.is_gone or not self._told:
            return {"type": "http.disconnect"}
        self._told = False
        return {"type": "http.request", "body": b"", "more_body": False}

    def _is_settled(self) -> bool:
        """Whether there is something to say though no piece is there."""
        return self._wire.is_gone or self.is_over or (self.is_whole and self._told)

    def _take(self) -> Message:
        piece = self._pieces.popleft()
        before, self._buffered = self._buffered, self._buffered - len(piece)
        if before > LEAST_BUFFERED >= self._buffered:
            self._read_on()
        more = bool(self._pieces) or not self.is_whole
        self._told = more
        return {"type": "http.request", "body": piece, "more_body": more}

    async def send(self, message: Message) -> None:
        """ASGI's. Raises ClientGoneError."""
        match message["type"]:
            case "http.response.body":
                await self._send_body(
                    message.get("body", b""), more=message.get("more_body", False)
                )
            case "http.response.start":
                self._start(message["status"], message.get("headers", ()))
            case "http.response.zerocopysend":
                await self._send_file(message)
            case other:
                raise BrokenAnswerError(other)

    def _start(self, status: int, headers: list[answer.Header]) -> None:
        if self.has_begun:
            raise BrokenAnswerError("begun twice")
        headers = list(headers)
        lengths = [int(value) for name, value in headers if name == b"content-length"]
        # What is still to come of the request would be taken for the next one.
        self.is_kept = self.is_kept and self.is_whole and answer.CLOSE not in headers
        if status in BODILESS or self.scope["method"] == "HEAD":
            lengths = [0]
        elif not lengths and self.scope["http_version"] == "1.1":
            self._is_chunked = True
            headers.append(answer.CHUNKED)
        self._left = lengths[0] if lengths else -1
        self.is_kept = self.is_kept and (self._left >= 0 or self._is_chunked)
        if not self.is_kept and answer.CLOSE not in headers:
            headers.append(answer.CLOSE)
        self._head = answer.head(status, headers)
        self.has_begun = True

    async def _send_body(self, body: bytes | bytearray | memoryview, *, more: bool) -> None:
        if not self.has_begun or self.is_over:
            raise BrokenAnswerError("a body without a beginning")
        self._count(len(body), more=more)
        if self._is_chunked:
            body = answer.chunk(body) + (b"" if more else answer.LAST_CHUNK)
        self.is_over = not more
        first, self._head = self._head, b""
        if len(first) + len(body) <= JOINED_BYTES:
            await self._wire.write(b"".join((first, body)))
            return
        if first:
            await self._wire.write(first)
        await self._wire.write(body)
        await asyncio.sleep(0)

    async def _send_file(self, message: Message) -> None:
        if not self.has_begun or self.is_over or self._is_chunked:
            raise BrokenAnswerError("a file without a beginning, or without a length")
        more = message.get("more_body", False)
        self._count(message["count"], more=more)
        first, self._head = self._head, b""
        if first:
            await self._wire.write(first)
        await self._wire.send_file(message["file"], message["offset"], message["count"])
        self.is_over = not more

    def _count(self, size: int, *, more: bool) -> None:
        """Hold the body against the length that was told."""
        if self._wire.is_gone:
            raise ClientGoneError
        if self._left < 0:
            return
        self._left -= size
        if self._left < 0 or (self._left and not more):
            raise BrokenAnswerError("a body of another length than was told")
