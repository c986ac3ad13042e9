"""One connection: requests parsed as they come, answered one after another in one task."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from shared.http1 import answer
from shared.http1.turn import Message, Scope, Turn
from shared.http1.wire import Wire
from shared.log import logger

log = logger("http1")
# Bytes of which nothing has come: of a head, of trailers or of the framing of chunks.
MOST_BARREN_BYTES = 256 * 1024
LINGER_SECONDS = 2.0
ASGI = {"version": "3.0", "spec_version": "2.4"}
EXTENSIONS: Scope = {"http.response.zerocopysend": {}}

Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Connection(asyncio.Protocol):
    """`waiting_since` is when it began to wait for the next head, None while it answers."""

    def __init__(self, application: Application, connections: "set[Connection]") -> None:
        self.application = application
        self.connections = connections
        self.loop = asyncio.get_running_loop()
        self.parser = HttpRequestParser(self)
        self.waiting_since: float | None = self.loop.time()
        self.is_closing = self.is_leaving = False
        self.has_begun = False
        self._turns: deque[Turn] = deque()
        self._incoming: Turn | None = None
        self._asked: asyncio.Future[None] | None = None
        self._barren = 0
        self._target = b""
        self._headers: list[answer.Header] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self.transport = cast("asyncio.Transport", transport)
        self.wire = Wire(self.transport)
        is_plain = transport.get_extra_info("sslcontext") is None
        self._scope: Scope = {
            "type": "http",
            "asgi": ASGI,
            "scheme": "http" if is_plain else "https",
            "client": transport.get_extra_info("peername"),
            "server": transport.get_extra_info("sockname"),
            "extensions": EXTENSIONS if is_plain else {},
        }
        self.connections.add(self)
        self.task = self.loop.create_task(self._serve())

    def connection_lost(self, _: Exception | None) -> None:
        """See asyncio.Protocol."""
        self.connections.discard(self)
        self.is_closing = True
        self.wire.lost()
        for turn in self._turns:
            turn.wake()
        self._wake()

    def pause_writing(self) -> None:
        """See asyncio.Protocol; TLS also calls it where a handshake fails, of no connection yet."""
        if self in self.connections:
            self.wire.pause()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self.wire.resume()

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self.is_closing:
            return
        self._barren += len(data)
        try:
            self.parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            # No other protocol is spoken here, so behind a wish for one nothing can follow either.
            self._refuse(400)
        if self._barren > MOST_BARREN_BYTES:
            self._refuse(431)

    def on_message_begin(self) -> None:
        """Of the parser."""
        self.has_begun = True
        self._target, self._headers = b"", []
        if self.waiting_since is not None:
            self.waiting_since = self.loop.time()

    def on_url(self, piece: bytes) -> None:
        """Of the parser."""
        self._target += piece

    def on_header(self, name: bytes, value: bytes) -> None:
        """Of the parser; trailers come here too, and mean nothing."""
        self._headers.append((name.lower(), value.strip()))

    def on_headers_complete(self) -> None:
        """Of the parser."""
        self._barren = 0
        raw_path, _, query = self._target.partition(b"?")
        scope = {
            **self._scope,
            "method": self.parser.get_method().decode(),
            "raw_path": raw_path,
            "query_string": query,
            "http_version": self.parser.get_http_version(),
            "headers": self._headers,
        }
        is_kept = self.parser.should_keep_alive()
        turn = Turn(scope, self.wire, self._read_on, is_kept=is_kept)
        turn.is_awaited = any(name == b"expect" for name, _ in self._headers)
        self._incoming = turn
        self._turns.append(turn)
        if len(self._turns) > 1:
            # Who sends the next before the answer to the last waits for it.
            self.transport.pause_reading()
        self._wake()

    def on_body(self, piece: bytes) -> None:
        """Of the parser."""
        self._barren = 0
        if self._incoming is not None and self._incoming.feed(piece):
            self.transport.pause_reading()

    def on_message_complete(self) -> None:
        """Of the parser."""
        self._barren = 0
        self.has_begun = False
        if self._incoming is not None:
            self._incoming.end()
            self._incoming = None

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _wake(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and not asked.done():
            asked.set_result(None)

    async def _serve(self) -> None:
        """Answer what comes, one after another."""
        while await self._has_next():
            turn = self._turns[0]
            is_kept = await self._answered(turn)
            self._turns.popleft()
            self.waiting_since = self.loop.time()
            if not is_kept or self.is_leaving:
                self._hang_up(turn)
                return
            if len(self._turns) == 1:
                self._read_on()

    async def _has_next(self) -> bool:
        while not self._turns and not self.is_closing:
            self._asked = self.loop.create_future()
            await self._asked
        self.waiting_since = None
        return bool(self._turns)

    async def _answered(self, turn: Turn) -> bool:
        """Whether the answer is whole and another may follow."""
        try:
            await self.application(turn.scope, turn.receive, turn.send)
        except Exception:
            # The connection tells the client.
            if not self.wire.is_gone:
                log.exception("an answer broke off")
        if turn.is_over:
            return turn.is_kept and turn.is_whole
        if not turn.has_begun and not self.wire.is_gone:
            self.transport.write(answer.plain(500))
        else:
            self.transport.abort()
        return False

    def _hang_up(self, turn: Turn) -> None:
        """Close; where a request is still coming in, only once the client has had its answer.

        Bytes that nobody reads would be answered with a reset, and that throws the answer away.
        """
        self.is_closing = True
        if turn.is_whole or self.transport.is_closing():
            self.transport.close()
        else:
            self._linger()

    def _linger(self) -> None:
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._read_on()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _refuse(self, status: int) -> None:
        """What came is no request: those before it get their answers, nothing after it is read."""
        if self.is_closing:
            return
        self.is_closing = True
        if self._incoming is not None:
            self.transport.abort()
        elif self._turns:
            self._turns[-1].is_kept = False
        else:
            self.transport.write(answer.plain(status))
            self._linger()

    def expire(self, head_seconds: float, idle_seconds: float, stuck_seconds: float) -> None:
        """Close what waits too long for a request, or for the client to read."""
        now, since, stuck = self.loop.time(), self.waiting_since, self.wire.stuck_since
        seconds = head_seconds if self.has_begun else idle_seconds
        if since is not None and now - since > seconds:
            self.transport.close()
        elif stuck is not None and now - stuck > stuck_seconds:
            self.transport.abort()

    def leave(self) -> "asyncio.Task[None]":
        """Take no further request; what ends when the one under way is answered."""
        self.is_leaving = True
        if self.waiting_since is not None:
            self.transport.close()
        return self.task
