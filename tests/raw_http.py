"""HTTP as bytes on a socket: what no client library would send, and when it would not stop."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from select import select

from services.storage.s3.request import Request

TIMEOUT_SECONDS = 10.0
CODE = re.compile(rb"<Code>([^<]*)</Code>")


@dataclass(frozen=True)
class Answer:
    """What came back; header names are lower-case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """S3's error code; empty without one."""
        found = CODE.search(self.body)
        return found[1].decode() if found else ""

    @property
    def refusal(self) -> tuple[str, int]:
        """Code and status, as `tests.door.refusal` tells them."""
        return self.code, self.status


@contextmanager
def connected(host: tuple[str, int]) -> Iterator[socket.socket]:
    """A connection that is closed at the end."""
    with socket.create_connection(host, TIMEOUT_SECONDS) as connection:
        yield connection


def read_answer(connection: socket.socket, method: str = "GET") -> Answer:
    """The next answer on a connection."""
    with HTTPResponse(connection, method=method) as response:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def after_endless_headers(host: tuple[str, int], path: str) -> Answer:
    """The answer to a head that would have 100 MB; it may come long before these were sent."""
    line = "x-amz-meta-{}: " + "x" * 1000 + "\r\n"
    with connected(host) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: a\r\n".encode())
        # Who refuses may hang up; what was said before can be read all the same.
        with suppress(ConnectionError):
            for number in range(100_000):
                if select([connection], [], [], 0)[0]:
                    break
                connection.sendall(line.format(number).encode())
        return read_answer(connection)


def exchange(host: tuple[str, int], data: bytes, method: str = "GET") -> Answer:
    """Send the bytes on a connection of their own, and read one answer."""
    with connected(host) as connection:
        connection.sendall(data)
        return read_answer(connection, method)


def head_of(request: Request, **more: str) -> bytes:
    """Request line and headers as they go over the wire, with the empty line at their end."""
    query = b"?" + request.query_string if request.query_string else b""
    line = request.method.encode() + b" " + request.raw_path + query + b" HTTP/1.1\r\n"
    headers = {**request.headers, **{name.replace("_", "-"): text for name, text in more.items()}}
    return (
        line + "".join(f"{name}: {text}\r\n" for name, text in headers.items()).encode() + b"\r\n"
    )


def message(request: Request, body: bytes = b"") -> bytes:
    """A whole request, its Content-Length that of the body."""
    return head_of(request, content_length=str(len(body))) + body
