"""GETs over connections that are kept: HTTP/1.1 as far as the data door speaks it (RFC 9112).

A general client spends more on each request than everything else about a small object together,
and tidies up paths in which `..` may be part of a key.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import Unavailable

AT_ONCE = 16
SECONDS = 10.0
HEAD_BYTES = 64 * 1024
# The text of an error is read so that the connection can be used again.
ERROR_BYTES = 64 * 1024
PORTS = {"http": 80, "https": 443}

FAILURES = (OSError, EOFError, ValueError, asyncio.LimitOverrunError)


@dataclass(slots=True)
class Connection:
    """One connection; `is_used` once it has carried an answer."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_used: bool = False


class Connections:
    """To one address; at most AT_ONCE are in use, the others wait their turn."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or ""
        self.port = parts.port or PORTS.get(parts.scheme, 80)
        self.is_secure = parts.scheme == "https"
        self._idle: list[Connection] = []
        self._places = asyncio.Semaphore(AT_ONCE)

    async def get(self, path: str, headers: Mapping[str, str], *, most: int) -> tuple[int, bytes]:
        """Status and body; of a body longer than `most` nothing. Raises Unavailable."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")
        async with self._places:
            while True:
                connection = await self._connection()
                try:
                    async with asyncio.timeout(SECONDS):
                        return await self._exchange(connection, request, most)
                except FAILURES as error:
                    # A kept connection may have been closed while it rested: then try another.
                    if not connection.is_used or isinstance(error, TimeoutError):
                        raise Unavailable(f"The data door does not answer: {error!r}") from error

    async def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            await _close(self._idle.pop())

    async def _connection(self) -> Connection:
        if self._idle:
            return self._idle.pop()
        try:
            async with asyncio.timeout(SECONDS):
                return Connection(
                    *await asyncio.open_connection(
                        self.host, self.port, ssl=self.is_secure or None, limit=HEAD_BYTES
                    )
                )
        except OSError as error:
            raise Unavailable(f"The data door cannot be reached: {error!r}") from error

    async def _exchange(
        self, connection: Connection, request: bytes, most: int
    ) -> tuple[int, bytes]:
        is_whole = False
        try:
            connection.writer.write(request)
            head = await connection.reader.readuntil(b"\r\n\r\n")
            status, length, is_kept = _read_head(head)
            body = b""
            if length <= (most if status < 300 else ERROR_BYTES):
                body = await connection.reader.readexactly(length)
                is_whole = is_kept
            return status, body
        finally:
            if is_whole:
                connection.is_used = True
                self._idle.append(connection)
            else:
                await _close(connection)


def _read_head(head: bytes) -> tuple[int, int, bool]:
    """Status, length of the body, whether the connection is kept. ValueError for anything else."""
    first, *lines = head.decode("latin-1").split("\r\n")
    version, status = first.split(" ", 2)[:2]
    fields = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if version != "HTTP/1.1" or "content-length" not in fields:
        raise ValueError(f"not an answer that tells its length: {first[:100]}")
    return int(status), int(fields["content-length"]), fields.get("connection") != "close"


async def _close(connection: Connection) -> None:
    connection.writer.close()
    with contextlib.suppress(OSError):
        await connection.writer.wait_closed()
