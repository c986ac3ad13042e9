"""Take the aws-chunked framing off an upload while it arrives, and prove its signatures.

Format: Amazon S3 API reference, "Signature Calculations for the Authorization Header: Transferring
Payload in Multiple Chunks", with and without trailers. One chunk is

    <size in hex>[;chunk-signature=<hex>] CRLF <bytes> CRLF

The last has size 0 and is followed by the trailers, each on a line, and an empty line.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac

from services.storage.s3.claims import EMPTY_SHA256
from services.storage.s3.errors import S3Error
from services.storage.s3.sigv4 import Verified

MAX_CHUNK_BYTES = 5 * 1024**3
MAX_LINE_BYTES = 1024
MAX_TRAILERS = 8

_SIZE = re.compile(rb"(?P<size>[0-9a-fA-F]{1,9})").fullmatch
_SIGNED_SIZE = re.compile(
    rb"(?P<size>[0-9a-fA-F]{1,9});chunk-signature=(?P<signature>[0-9a-f]{64})"
).fullmatch
# Amazon's own examples end a trailer with LF CR LF.
_TRAILER = re.compile(rb"([a-z0-9-]+):([\x20-\x7e]*)\n?").fullmatch


@dataclass(slots=True)
class ChunkSigner:
    """The chain of chunk signatures; `previous` starts as the signature of the request."""

    key: bytes
    timestamp: str
    scope: str
    previous: str

    def check_chunk(self, signature: str, hashed: str) -> None:
        """Raises SignatureDoesNotMatch; `hashed` is the hex SHA-256 of the chunk's bytes."""
        self._check("AWS4-HMAC-SHA256-PAYLOAD", signature, f"{EMPTY_SHA256}\n{hashed}")

    def check_trailers(self, signature: str, trailers: dict[str, str]) -> None:
        """Raises SignatureDoesNotMatch unless the trailers are what was signed."""
        lines = "".join(f"{name}:{value}\n" for name, value in trailers.items())
        self._check("AWS4-HMAC-SHA256-TRAILER", signature, sha256(lines.encode()).hexdigest())

    def _check(self, kind: str, signature: str, hashed: str) -> None:
        text = f"{kind}\n{self.timestamp}\n{self.scope}\n{self.previous}\n{hashed}"
        expected = hmac(self.key, text.encode(), "sha256").hex()
        if not compare_digest(expected, signature):
            raise S3Error("SignatureDoesNotMatch", "The signature of a chunk does not match.")
        self.previous = signature


class ChunkedDecoder:
    """Held open for one body: `feed` it as it arrives, then `finish`.

    Bytes are handed out before the signature of their chunk is known to be right, so nothing may
    be kept until `finish` has returned. `trailers` is complete then.
    """

    def __init__(
        self,
        decoded_length: int,
        *,
        signer: ChunkSigner | None = None,
        trailer_names: tuple[str, ...] = (),
    ) -> None:
        self.trailers: dict[str, str] = {}
        self.is_done = False
        self._decoded_length = decoded_length
        self._signer = signer
        self._trailer_names = trailer_names
        self._read_line = self._read_header
        self._line = b""  # the beginning of a line whose end has not arrived
        self._left = 0  # bytes of this chunk still to come
        self._total = 0  # bytes announced by the chunks so far
        self._signature = ""
        self._trailer_signature = ""
        self._hash = sha256()

    def feed(self, data: bytes) -> list[memoryview]:
        """The payload in `data`, as slices of it. Raises S3Error at the first wrong byte."""
        view = memoryview(data)
        payload: list[memoryview] = []
        position, end = 0, len(data)
        while position < end:
            if self._left:
                piece = view[position : position + self._left]
                payload.append(piece)
                position += len(piece)
                self._take(piece)
                continue
            line, position = self._next_line(data, position)
            if line is not None:
                self._read_line(line)
        return payload

    def finish(self) -> None:
        """The body has ended: raises IncompleteBody unless it was whole."""
        if not self.is_done:
            raise S3Error("IncompleteBody", "The body ended before its last chunk did.")

    def _take(self, piece: memoryview) -> None:
        self._left -= len(piece)
        if self._signer is None:
            return
        self._hash.update(piece)
        if not self._left:
            self._signer.check_chunk(self._signature, self._hash.hexdigest())
            self._hash = sha256()

    def _next_line(self, data: bytes, position: int) -> tuple[bytes | None, int]:
        """The line that ends at the next CRLF, or None when its end has not arrived."""
        if self.is_done:
            raise _malformed("there are bytes after its end")
        kept = len(self._line)
        limit = position + MAX_LINE_BYTES + 2 - kept
        if not kept:
            stop = data.find(b"\r\n", position, limit)
            if stop >= 0:
                return data[position:stop], stop + 2
        line = self._line + data[position:limit]
        # The CR may be the last byte of what was kept, and its LF the first that came now.
        stop = line.find(b"\r\n", max(kept - 1, 0))
        if stop < 0:
            if len(line) > MAX_LINE_BYTES + 1:
                raise _malformed("a line is too long")
            self._line = line
            return None, len(data)
        self._line = b""
        return line[:stop], position + stop + 2 - kept

    def _read_header(self, line: bytes) -> None:
        match = (_SIGNED_SIZE if self._signer else _SIZE)(line)
        if match is None:
            raise _malformed("the header of a chunk is not right")
        size = int(match["size"], 16)
        self._announce(size)
        self._read_line = self._read_data_end if size else self._read_trailer
        if self._signer:
            self._signature = match["signature"].decode()
            if not size:
                self._signer.check_chunk(self._signature, EMPTY_SHA256)

    def _announce(self, size: int) -> None:
        if size > MAX_CHUNK_BYTES:
            raise S3Error("InvalidChunkSizeError", MaxSizeAllowed=MAX_CHUNK_BYTES)
        self._left = size
        self._total += size
        is_short = not size and self._total < self._decoded_length
        if is_short or self._total > self._decoded_length:
            raise S3Error(
                "IncompleteBody",
                "The body is not as long as its x-amz-decoded-content-length header says.",
            )

    def _read_data_end(self, line: bytes) -> None:
        if line:
            raise _malformed("a chunk is longer than its header says")
        self._read_line = self._read_header

    def _read_trailer(self, line: bytes) -> None:
        if not line:
            self._end()
            return
        match = _TRAILER(line)
        # The signature of the trailers comes after them.
        if match is None or self._trailer_signature:
            raise S3Error("MalformedTrailerError")
        name, value = match[1].decode(), match[2].decode().strip()
        if name == "x-amz-trailer-signature" and self._signer:
            self._trailer_signature = value
        elif name in self._trailer_names and name not in self.trailers:
            self.trailers[name] = value
        else:
            raise S3Error("MalformedTrailerError", f"{name} was not declared in x-amz-trailer.")

    def _end(self) -> None:
        if len(self.trailers) < len(self._trailer_names):
            raise S3Error("MalformedTrailerError", "A header declared in x-amz-trailer is missing.")
        if self._signer and self._trailer_names:
            self._signer.check_trailers(self._trailer_signature, self.trailers)
        self.is_done = True


def make_decoder(headers: dict[str, str], verified: Verified) -> ChunkedDecoder | None:
    """The decoder that a body asks for, None when it comes as it is.

    Raises MissingContentLength without x-amz-decoded-content-length, InvalidRequest when
    x-amz-trailer does not fit the payload mode.
    """
    if not verified.payload.startswith("STREAMING-"):
        return None
    length = headers.get("x-amz-decoded-content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) <= 15):
        raise S3Error(
            "MissingContentLength", "You must provide the x-amz-decoded-content-length HTTP header."
        )
    names = headers.get("x-amz-trailer", "").lower().split(",")
    trailer_names = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(trailer_names) > MAX_TRAILERS:
        raise S3Error("InvalidRequest", "x-amz-trailer names too many headers.")
    if bool(trailer_names) != verified.payload.endswith("-TRAILER"):
        raise S3Error("InvalidRequest", "x-amz-trailer does not fit x-amz-content-sha256.")
    return ChunkedDecoder(int(length), signer=_make_signer(verified), trailer_names=trailer_names)


def _make_signer(verified: Verified) -> ChunkSigner | None:
    if verified.payload == "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
        return None
    return ChunkSigner(verified.signing_key, verified.timestamp, verified.scope, verified.signature)


def _malformed(what: str) -> S3Error:
    return S3Error("InvalidRequest", f"The aws-chunked body is malformed: {what}.")
