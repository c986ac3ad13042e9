"""What is said between the two sides: a JSON header and raw bytes behind it, both with a length."""

import struct
from socket import socket
from typing import Any

import orjson

FRAME = struct.Struct(">II")
# A hostile worker may say anything: we listen to this much, and to more with the items of a list or
# a piece of a table.
MAX_REPLY_BYTES, MAX_LIST_BYTES = 1024 * 1024, 16 * 1024 * 1024
# What a worker is asked for, and under which name it answers.
FACTS, PREVIEW = "facts", "preview"
# A worker that makes a table of items is told the step, with the items behind.
MIRROR = "mirror"


def frame(header: dict[str, Any], raw: bytes = b"") -> bytes:
    """One message."""
    text = orjson.dumps(header)
    return FRAME.pack(len(text), len(raw)) + text + raw


def receive(channel: socket) -> tuple[dict[str, Any], bytes] | None:
    """The next message on a blocking socket; None at its end."""
    lengths = _exactly(channel, FRAME.size)
    if lengths is None:
        return None
    text_length, raw_length = FRAME.unpack(lengths)
    text, raw = _exactly(channel, text_length), _exactly(channel, raw_length)
    return None if text is None or raw is None else (orjson.loads(text), raw)


def _exactly(channel: socket, length: int) -> bytes | None:
    buffer = bytearray(length)
    view = memoryview(buffer)
    while view:
        got = channel.recv_into(view)
        if not got:
            return None
        view = view[got:]
    return bytes(buffer)
