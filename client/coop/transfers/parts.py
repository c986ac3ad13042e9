"""How a file is cut, and the ETag that S3 gives to what was put together again.

The ETag of an object put at once is the MD5 of its bytes; that of a multipart object is the MD5 of
its parts' MD5s with `-<parts>` behind it (S3 API, CompleteMultipartUpload).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MIB = 1024**2
PART_BYTES = 8 * MIB
MOST_PARTS = 10_000
READ_BYTES = 4 * MIB


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to `end`; `number` counts from 1."""

    number: int
    start: int
    end: int

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.end - self.start


def part_bytes(size: int) -> int:
    """How large parts are, in whole MiB, so that there are at most as many as S3 allows."""
    needed = -(-size // MOST_PARTS)
    return max(PART_BYTES, -(-needed // MIB) * MIB)


def spans(size: int, part: int) -> list[Span]:
    """The whole, in order."""
    starts = range(0, size, part)
    return [Span(number, at, min(at + part, size)) for number, at in enumerate(starts, start=1)]


def read_span(path: Path, span: Span) -> bytes:
    """The bytes of a span; fewer where the file has become shorter."""
    with path.open("rb") as file:
        file.seek(span.start)
        return file.read(span.size)


def md5(piece: bytes) -> str:
    """MD5 in hex: what S3 compares by, not a promise of secrecy."""
    return hashlib.md5(piece, usedforsecurity=False).hexdigest()


def etag_of_parts(digests: Sequence[str]) -> str:
    """The ETag of an object whose parts have these MD5s."""
    return f"{md5(b''.join(bytes.fromhex(one) for one in digests))}-{len(digests)}"


def etag_of(path: Path, sizes: Iterable[int] = ()) -> str:
    """The ETag that a file's bytes would have, put at once or in parts of these sizes."""
    with path.open("rb") as file:
        digests = [_md5_of(_pieces(file, size)) for size in sizes]
        return etag_of_parts(digests) if digests else _md5_of(_pieces(file))


def _md5_of(pieces: Iterable[bytes]) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _pieces(file: BinaryIO, size: int | None = None) -> Iterator[bytes]:
    left = size
    while left is None or left > 0:
        piece = file.read(READ_BYTES if left is None else min(READ_BYTES, left))
        if not piece:
            return
        yield piece
        left = None if left is None else left - len(piece)
