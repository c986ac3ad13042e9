"""The server of the data door, spoken to in bytes."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.http1 import ClientGoneError, Listener
from shared.http1.connection import MOST_BARREN_BYTES, Connection
from shared.http1.turn import MOST_BUFFERED
from shared.runtime import free_port

Application = Callable[[Any, Any, Any], Awaitable[None]]
LENGTH = "content-length"


@asynccontextmanager
async def serving(application: Application, stop_seconds: float = 5) -> AsyncIterator[Listener]:
    async with Listener(application, "127.0.0.1", free_port(), stop_seconds=stop_seconds) as one:
        yield one


@asynccontextmanager
async def speaking(
    listener: Listener,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(listener.host, listener.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def said(listener: Listener, request: bytes) -> bytes:
    """All that comes back until the server hangs up."""
    async with speaking(listener) as (reader, writer), asyncio.timeout(10):
        writer.write(request)
        return await reader.read()


async def is_cut(reader: asyncio.StreamReader) -> bool:
    """Whether the server hangs up without a word more."""
    try:
        async with asyncio.timeout(10):
            return await reader.read() == b""
    except ConnectionResetError:
        return True


async def until(seen: list[str], count: int = 1) -> None:
    """Returns when so much was seen."""
    async with asyncio.timeout(10):
        while len(seen) < count:  # noqa: ASYNC110 - the list is the application's
            await asyncio.sleep(0.01)


async def answer(send: Any, body: bytes, *headers: tuple[bytes, bytes], status: int = 200) -> None:
    length = (LENGTH.encode(), b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Method, path, query and body as they came."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    said = b"%b %b %b " % (scope["method"].encode(), scope["raw_path"], scope["query_string"])
    await answer(send, said + body)


def get(path: str, *headers: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"GET {path} HTTP/{version}", "Host: a", *headers, "", ""]).encode()


async def test_one_after_another_on_one_connection_in_order() -> None:
    async with serving(echo) as listener:
        raw = await said(listener, get("/a%2Fb?c") + get("/2") + get("/3", "Connection: close"))
    assert [raw.index(one) for one in (b"GET /a%2Fb c ", b"GET /2  ", b"GET /3  ")]
    assert raw.count(b"HTTP/1.1 200 OK") == 3
    assert raw.index(b"/a%2Fb") < raw.index(b"/2") < raw.index(b"/3")
    assert raw.count(b"date: ") == 3


async def test_a_request_in_single_bytes() -> None:
    request = (
        b"POST /x?y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
        b"\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
    )
    async with serving(echo) as listener, speaking(listener) as (reader, writer):
        for byte in request:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)
        assert (await reader.read()).endswith(b"\r\n\r\nPOST /x y abcde")


async def test_an_answer_without_a_length_is_chunked_and_ended_by_hanging_up_in_http_1_0() -> None:
    async def stream(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in (b"abc", b"", b"de"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async with serving(stream) as listener:
        new = await said(listener, get("/", "Connection: close"))
        old = await said(listener, get("/", version="1.0"))
    assert new.endswith(b"\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert b"transfer-encoding: chunked" in new
    assert old.endswith(b"\r\n\r\nabcde")
    assert b"chunked" not in old


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_answers_without_a_body(method: str, status: int) -> None:
    async def nothing(_: Any, __: Any, send: Any) -> None:
        headers = [(b"content-length", b"99")] if method == "HEAD" else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async with serving(nothing) as listener:
        request = get("/", "Connection: close").replace(b"GET", method.encode())
        raw = await said(listener, request)
    assert raw.endswith(b"\r\n\r\n")
    assert b"chunked" not in raw


async def test_a_client_that_waits_is_asked_for_the_body_only_when_it_is_wanted() -> None:
    head = b"PUT /%b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"

    async def choosy(scope: Any, receive: Any, send: Any) -> None:
        if scope["raw_path"] == b"/no":
            await answer(send, b"no", status=403)
        else:
            await echo(scope, receive, send)

    async with serving(choosy) as listener, asyncio.timeout(10):
        async with speaking(listener) as (reader, writer):
            writer.write(head % b"yes")
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"abc")
            assert (await reader.readuntil(b"abc")).startswith(b"HTTP/1.1 200")
        refused = await said(listener, head % b"no")
    assert refused.startswith(b"HTTP/1.1 403")
    assert b"connection: close" in refused
    assert b"100 Continue" not in refused


async def test_an_answer_before_the_body_has_come_arrives() -> None:
    """Hanging up on bytes that nobody read would throw the answer away."""

    async def hasty(_: Any, __: Any, send: Any) -> None:
        await answer(send, b"enough")

    body = b"x" * 8 * 1024**2
    async with serving(hasty) as listener, speaking(listener) as (reader, writer):
        async with asyncio.timeout(10):
            writer.write(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body))
            await asyncio.sleep(0.05)
            writer.write(body)
            assert (await reader.read()).endswith(b"\r\n\r\nenough")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost a\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * (MOST_BARREN_BYTES + 300_000), 431),
        (b"GET /" + b"x" * (MOST_BARREN_BYTES + 300_000), 431),
    ],
)
async def test_what_is_no_request_is_refused(request_bytes: bytes, status: int) -> None:
    async with serving(echo) as listener:
        raw = await said(listener, request_bytes)
    assert raw.startswith(b"HTTP/1.1 %d " % status)


async def test_what_follows_a_request_and_is_none_does_not_take_its_answer() -> None:
    upgrade = get("/3", "Connection: upgrade", "Upgrade: h2c") + get("/4")
    async with serving(echo) as listener:
        raw = await said(listener, get("/1") + get("/2") + b"rubbish\r\n\r\n")
        switching = await said(listener, upgrade)
    assert raw.count(b"200 OK") == 2
    assert raw.endswith(b"GET /2  ")
    assert switching.endswith(b"GET /3  ")


async def test_endless_trailers_are_not_kept() -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: "
    async with serving(echo) as listener, speaking(listener) as (reader, writer):
        writer.write(head + b"x" * (MOST_BARREN_BYTES + 300_000))
        assert await is_cut(reader)


async def test_a_header_cannot_become_two() -> None:
    async def splitting(_: Any, __: Any, send: Any) -> None:
        await answer(send, b"", (b"x-meta", b"a\r\nset-cookie: b"))

    async with serving(splitting) as listener:
        raw = await said(listener, get("/"))
    assert raw.startswith(b"HTTP/1.1 500")
    assert b"set-cookie" not in raw


@pytest.mark.parametrize("body", [b"too long", b"s"])
async def test_a_body_of_another_length_breaks_the_connection(body: bytes) -> None:
    async def wrong(_: Any, __: Any, send: Any) -> None:
        headers = [(b"content-length", b"3")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        await send({"type": "http.response.body", "body": body})

    async with serving(wrong) as listener, speaking(listener) as (reader, writer):
        writer.write(get("/"))
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await reader.readexactly(10_000)


def sending(path: Path, seen: list[str]) -> Application:
    """An application that sends a file uncopied, and notes how it ended."""

    async def application(_: Any, __: Any, send: Any) -> None:
        file = os.open(path, os.O_RDONLY)
        size = os.fstat(file).st_size
        headers = [(b"content-length", b"%d" % size)]
        try:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            for offset in range(0, size, 1024**2):
                count = min(1024**2, size - offset)
                message = {"type": "http.response.zerocopysend", "file": file, "offset": offset}
                await send({**message, "count": count, "more_body": offset + count < size})
            seen.append("whole")
        except (ClientGoneError, EOFError) as error:
            seen.append(type(error).__name__)
            raise
        finally:
            os.close(file)

    return application


async def test_a_file_goes_out_at_the_pace_of_its_reader(tmp_path: Path) -> None:
    path, seen = tmp_path / "file", list[str]()
    path.write_bytes(os.urandom(1024**2) * 30 + b"end")
    async with serving(sending(path, seen)) as listener, speaking(listener) as (reader, writer):
        async with asyncio.timeout(30):
            writer.write(get("/", "Connection: close"))
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.2)
            assert not seen
            assert await reader.read() == path.read_bytes()
    assert seen == ["whole"]


async def test_a_reader_that_leaves_ends_the_sending(tmp_path: Path) -> None:
    path, seen = tmp_path / "file", list[str]()
    path.write_bytes(bytes(64 * 1024**2))
    async with serving(sending(path, seen)) as listener, asyncio.timeout(10):
        async with speaking(listener) as (reader, writer):
            writer.write(get("/"))
            await reader.readuntil(b"\r\n\r\n")
        await until(seen)
    assert seen == ["ClientGoneError"]


async def test_a_file_that_became_shorter_breaks_the_connection(tmp_path: Path) -> None:
    path, seen = tmp_path / "file", list[str]()
    path.write_bytes(bytes(64 * 1024**2))
    async with serving(sending(path, seen)) as listener, speaking(listener) as (reader, writer):
        writer.write(get("/"))
        await reader.readuntil(b"\r\n\r\n")
        os.truncate(path, 1024**2)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
            await reader.readexactly(64 * 1024**2)
    assert seen == ["EOFError"]


async def test_a_body_that_nobody_reads_waits_outside() -> None:
    go = asyncio.Event()

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await go.wait()
        await echo(scope, receive, send)

    body = b"x" * 32 * 1024**2
    async with serving(late) as listener, speaking(listener) as (reader, writer):
        async with asyncio.timeout(30):
            writer.write(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body))
            writer.write(body)
            await asyncio.sleep(0.3)
            (connection,) = listener.connections
            assert buffered(connection) <= MOST_BUFFERED + 512 * 1024
            go.set()
            writer.write(get("/after", "Connection: close"))
            assert (await reader.read()).count(b"x") == len(body)


def buffered(connection: Connection) -> int:
    return sum(turn._buffered for turn in connection._turns)


async def test_who_leaves_in_the_middle_of_a_body_is_told_of() -> None:
    seen: list[str] = []

    async def reading(_: Any, receive: Any, __: Any) -> None:
        seen.extend([(await receive())["type"] for _ in range(2)])

    async with serving(reading) as listener, asyncio.timeout(10):
        async with speaking(listener) as (_, writer):
            writer.write(b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
            await asyncio.sleep(0.1)
        await until(seen, 2)
    assert seen == ["http.request", "http.disconnect"]


async def test_what_is_under_way_ends_before_the_door_does() -> None:
    began = asyncio.Event()

    async def slow(_: Any, __: Any, send: Any) -> None:
        began.set()
        await asyncio.sleep(0.2)
        await answer(send, b"done")

    async with serving(slow) as listener, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(listener.host, listener.port)
        _, idle = await asyncio.open_connection(listener.host, listener.port)
        writer.write(get("/"))
        await began.wait()
    assert (await reader.read()).endswith(b"done")
    for one in (writer, idle):
        one.close()


async def test_what_never_ends_is_cut_off() -> None:
    began = asyncio.Event()

    async def endless(*_: Any) -> None:
        began.set()
        await asyncio.sleep(60)

    async with asyncio.timeout(10):
        async with serving(endless, stop_seconds=0.1) as listener:
            reader, writer = await asyncio.open_connection(listener.host, listener.port)
            writer.write(get("/"))
            await began.wait()
        assert await is_cut(reader)
    writer.close()


@pytest.mark.parametrize("begun", [b"", b"GET / HT"])
async def test_who_says_nothing_or_half_a_head_is_sent_away(begun: bytes) -> None:
    async with serving(echo) as listener, speaking(listener) as (reader, writer):
        writer.write(begun)
        await asyncio.sleep(0.1)
        (connection,) = listener.connections
        connection.expire(60, 60, 60)
        assert not connection.transport.is_closing()
        connection.expire(0 if begun else 60, 60 if begun else 0, 60)
        assert await reader.read() == b""
