"""HTTP as it comes over a connection, misspelt, and in pieces of any size."""

import asyncio
import atexit
from functools import cache
from random import Random
from typing import Any

from shared.http1.connection import Connection
from tests.mutations import misspelt
from tests.raw_http import message
from tests.signed_requests import captured_requests

WORDS = (
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t",
    b":",
    b"\x00",
    b"\xff",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"GET / HTTP/1.1\r\nhost: h\r\n\r\n",
    b"content-length: 5\r\n",
    b"content-length: -1\r\n",
    b"transfer-encoding: chunked\r\n",
    b"transfer-encoding: identity\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"connection: close\r\n",
    b"connection: upgrade\r\nupgrade: h2c\r\n",
    b"expect: 100-continue\r\n",
    b"a" * 5000,
)


class Pipe(asyncio.Transport):
    """The way out of a connection of which nobody is at the other end.

    `ended` where nothing more is said; what still comes may be listened to for a while.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = self.ended = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" else default

    def fileno(self) -> int:
        return -1

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """It takes everything."""

    def write(self, data: bytes | bytearray | memoryview) -> None:  # type: ignore[override]
        self.sent += bytes(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = self.ended = True

    abort = close

    def pause_reading(self) -> None:
        """All that was sent came already."""

    resume_reading = pause_reading


class Reader:
    """An application that notes what it is asked, and answers each with the same."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (event := await receive())["type"] == "http.request":
            body += event["body"]
            if not event["more_body"]:
                head = (scope[name] for name in ("method", "raw_path", "query_string", "headers"))
                self.asked.append((*head, body))
                break
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@cache
def loop() -> asyncio.AbstractEventLoop:
    """One for all cases, since making it costs more than a case."""
    made = asyncio.new_event_loop()
    atexit.register(made.close)
    return made


async def spoken(pieces: list[bytes]) -> tuple[list[tuple[Any, ...]], bool]:
    """What was asked, and whether the connection was ended, after these pieces had come."""
    pipe, reader = Pipe(), Reader()
    connection = Connection(reader, set())
    connection.connection_made(pipe)
    for number, piece in enumerate(pieces):
        connection.data_received(piece)
        if not number % 16:
            await asyncio.sleep(0)
    for _ in range(40):
        await asyncio.sleep(0)
    was_closed = pipe.ended
    connection.connection_lost(None)
    await connection.task
    return reader.asked, was_closed


def http(randomness: Random) -> str:
    """The same is asked whatever the pieces; no two readers could see two different requests."""
    request = randomness.choice(captured_requests())
    sent = message(request, b"hello") + message(request)
    if randomness.random() < 0.9:
        sent = misspelt(sent, WORDS, randomness)
    size = randomness.choice((1, 7, 100))
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    at_once, was_closed = loop().run_until_complete(spoken([sent]))
    assert loop().run_until_complete(spoken(pieces)) == (at_once, was_closed)
    return "refused" if was_closed else "read"
