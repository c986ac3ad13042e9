"""What an answer looks like on the wire."""

import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

Header = tuple[bytes, bytes]

STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
CLOSE: Header = (b"connection", b"close")
CHUNKED: Header = (b"transfer-encoding", b"chunked")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def head(status: int, headers: Iterable[Header]) -> bytes:
    """Status line and headers with their date. ValueError for a header that would be two."""
    lines = [STATUS_LINES[status], date_line(int(time.time()))]
    for name, value in headers:
        lines += (name, b": ", value, b"\r\n")
    lines.append(b"\r\n")
    raw = b"".join(lines)
    ends = (len(lines) + 9) // 4
    if raw.count(b"\n") != ends or raw.count(b"\r") != ends:
        raise ValueError("a header value holds the end of a line")
    return raw


@lru_cache(maxsize=4)
def date_line(seconds: int) -> bytes:
    """RFC 9110 §6.6.1."""
    return f"date: {formatdate(seconds, usegmt=True)}\r\n".encode()


def chunk(body: bytes | bytearray | memoryview) -> bytes:
    """RFC 9112 §7.1; nothing for nothing, as an empty chunk would be the last."""
    return b"".join((b"%x\r\n" % len(body), body, b"\r\n")) if body else b""


def plain(status: int) -> bytes:
    """A whole answer to what could not be read as a request."""
    text = STATUS_LINES[status][9:]
    length = b"%d" % len(text)
    kind = (b"content-type", b"text/plain")
    return head(status, [kind, (b"content-length", length), CLOSE]) + text
