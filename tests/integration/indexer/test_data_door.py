"""Reading over kept connections from servers that answer well, badly, late or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from services.indexer.data_door import DataDoor
from services.indexer.models.superseded import Superseded
from shared.errors import Unavailable
from tests.objects import stored_object

STORED = stored_object("a/../b c.tif", size=100)


def reply(status: str, body: bytes, more: str = "") -> bytes:
    """An answer with its length."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


@dataclass
class Server:
    """Gives its answers in turn; an empty one closes the connection, as one that says so does.

    `asked` are the requests, `connections` the connection on which each came.
    """

    answers: list[bytes]
    asked: list[bytes] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        number = len(set(self.connections)) + 1
        with suppress(asyncio.IncompleteReadError):
            said = b"-"
            while said and b"close" not in said:
                self.asked.append(await reader.readuntil(b"\r\n\r\n"))
                self.connections.append(number)
                said = self.answers.pop(0)
                writer.write(said)
        writer.close()


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[tuple[DataDoor, Server]]:
    """A server and a door to it."""
    server = Server(list(answers))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, DataDoor(f"http://127.0.0.1:{port}/s3", "ID", "secret") as door:
        yield door, server


async def test_one_connection_carries_many_requests() -> None:
    good = reply("206 Partial Content", b"x" * 10)
    async with answering(good, good, good) as (door, server):
        fetch = door.fetching(STORED)
        assert [await fetch(n * 10, n * 10 + 10) for n in range(3)] == [b"x" * 10] * 3
    assert server.connections == [1, 1, 1]
    assert server.asked[1].startswith(b"GET /s3/noaa/globe-land-mask/a/../b%20c.tif HTTP/1.1\r\n")
    assert b"\r\nrange: bytes=10-19\r\n" in server.asked[1]
    assert f'\r\nif-match: "{STORED.etag}"\r\n'.encode() in server.asked[1]


@pytest.mark.parametrize("status", ["404 Not Found", "412 Precondition Failed"])
async def test_what_is_another_by_now(status: str) -> None:
    good = reply("200 OK", b"x" * 10)
    async with answering(reply(status, b"<Error/>"), good) as (door, server):
        with pytest.raises(Superseded):
            await door.fetching(STORED)(0, 10)
        assert await door.fetching(STORED)(0, 10) == b"x" * 10
    assert server.connections == [1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        reply("503 Slow Down", b"<Error/>"),
        reply("403 Forbidden", b"<Error/>"),
        reply("200 OK", b"x" * 9),
        reply("200 OK", b"x" * 100),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nxxx",
        b"SSH-2.0-OpenSSH close\r\n\r\n",
        b"\r\n\r\n",
        b"",
    ],
)
async def test_what_is_no_answer(answer: bytes) -> None:
    good = reply("200 OK", b"x" * 10)
    async with answering(answer, good) as (door, _):
        with pytest.raises(Unavailable):
            await door.fetching(STORED)(0, 10)
        assert await door.fetching(STORED)(0, 10) == b"x" * 10


async def test_a_kept_connection_that_was_closed_is_replaced() -> None:
    good = reply("200 OK", b"x" * 10)
    async with answering(good, b"", good) as (door, server):
        assert await door.fetching(STORED)(0, 10)
        assert await door.fetching(STORED)(0, 10)
    assert server.connections == [1, 1, 2]


async def test_nobody_there() -> None:
    async with answering() as (door, _):
        port = door._connections.port
    async with DataDoor(f"http://127.0.0.1:{port}", "ID", "secret") as away:
        with pytest.raises(Unavailable):
            await away.fetching(STORED)(0, 10)


async def test_many_at_once() -> None:
    good = reply("200 OK", b"x" * 10)
    async with answering(*[good] * 100) as (door, server):
        fetch = door.fetching(STORED)
        bodies = await asyncio.gather(*(fetch(0, 10) for _ in range(100)))
    assert bodies == [b"x" * 10] * 100
    assert len(set(server.connections)) <= 16
