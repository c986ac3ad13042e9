"""A plain HTTP/1.1 client that costs little and keeps its connection."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from services.storage.s3.presign import Signer, presign

BUFFER = bytearray(4 * 1024 * 1024)
HEAD_END = b"\r\n\r\n"


class Connection:
    """One connection; answers are read and thrown away."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.socket = socket.create_connection((parts.hostname, parts.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str, headers: dict[str, str] | None = None) -> int:
        """One GET; the status. Asserts that the answer was whole."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return self._answer()

    def read(self, path: str) -> bytes:
        """One GET; the body of its answer."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
        head, body = self._head()
        assert head.startswith(b"HTTP/1.1 200"), head
        pieces, left = [body], _length(head) - len(body)
        while left > 0:
            pieces.append(self.socket.recv(left))
            assert pieces[-1], "the answer was cut off"
            left -= len(pieces[-1])
        return b"".join(pieces)

    def put(self, path: str, body: memoryview) -> int:
        """One PUT of a body that is there already; the status."""
        head = f"PUT {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode())
        self.socket.sendall(body)
        return self._answer()

    def _head(self) -> tuple[bytes, bytes]:
        """The head of an answer, and what came with it."""
        data = b""
        while HEAD_END not in data:
            piece = self.socket.recv(65536)
            assert piece, data
            data += piece
        head, _, rest = data.partition(HEAD_END)
        return head, rest

    def _answer(self) -> int:
        head, rest = self._head()
        left = _length(head) - len(rest)
        while left > 0:
            # MSG_TRUNC: the kernel drops them, so that the client costs next to nothing.
            count = self.socket.recv_into(BUFFER, min(left, len(BUFFER)), socket.MSG_TRUNC)
            assert count, "the answer was cut off"
            left -= count
        return int(head[9:12])

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def signed_path(ready: dict[str, Any], method: str, path: str) -> str:
    """The path with its presigned query, by the sample's first account."""
    person = ready["accounts"][0]
    signer = Signer(person["access_key_id"], person["secret_access_key"])
    parts = urlsplit(presign(signer, method, ready["s3"] + path, now=datetime.now(UTC)))
    return f"{parts.path}?{parts.query}"


def signed_headers(ready: dict[str, Any], path: str) -> dict[str, str]:
    """The headers of a signed GET, which are good for a quarter of an hour."""
    person = ready["accounts"][0]
    credentials = Credentials(person["access_key_id"], person["secret_access_key"])
    host = urlsplit(ready["s3"]).netloc
    request = AWSRequest("GET", ready["s3"] + path, headers={"host": host})
    S3SigV4Auth(credentials, "s3", "us-east-1").add_auth(request)
    return {name: value for name, value in request.headers.items() if name.lower() != "host"}


async def in_lanes(count: int, lanes: int, work: Callable[[int], Awaitable[None]]) -> float:
    """Do `count` pieces of work in so many lanes; seconds it took."""
    numbers = iter(range(count))

    async def lane() -> None:
        for number in numbers:
            await work(number)

    start = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(lanes)))
    return time.perf_counter() - start
