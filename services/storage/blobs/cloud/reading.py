"""Bytes in the bucket, read in order through one answer where that can be."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import accumulate

from services.storage.blobs.cloud.bucket import OUT_OF_REACH, Bucket, answering
from services.storage.blobs.cloud.manifests import Parts
from services.storage.blobs.port import READ_BYTES, Bytes, GoneError, Imprint, LostError, Update
from shared.errors import Unavailable
from shared.identifiers import made_at

# Who reads little by little and did not say how much is given that much at once.
AHEAD_BYTES = 1024**2
FEED_BYTES = 1024**2
TRIES = 3


class CloudBlob:
    """An object at its place; its bytes are there as long as replaced bytes linger."""

    def __init__(self, bucket: Bucket, parts: Parts, place: str, mark: str) -> None:
        self.place = place
        self.mark = mark
        self.parts = parts
        self.size = parts.size
        self._bucket = bucket
        self._ends = list(accumulate(part.size for part in parts.parts))
        self._expected = 0
        self._stream: AsyncIterator[Bytes] | None = None
        self._at = 0
        self._stream_end = 0
        self._rest = memoryview(b"")

    @property
    def modified_ms(self) -> int:
        """See Blob.modified_ms."""
        return self.appeared_us // 1000

    @property
    def appeared_us(self) -> int:
        """See Blob.appeared_us: its draft was begun then."""
        return int(made_at(self.place.partition("+")[0]) * 1_000_000)

    def imprint(self) -> Imprint | None:
        """See Blob.imprint: the record tells all of it."""
        return None

    async def expect(self, start: int, end: int) -> None:
        """See Blob.expect."""
        self._expected = end
        if start < end:
            await self._open(start)

    async def read(self, offset: int, size: int) -> Bytes:
        """See Blob.read."""
        end = min(offset + size, self.size)
        pieces, at = list[Bytes](), offset
        while at < end:
            piece = await self._some(at, end - at)
            pieces.append(piece)
            at += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def read_again(self, offset: int, size: int) -> Bytes:
        """See Blob.read_again: a connection may break on the way through five terabytes."""
        for _ in range(TRIES - 1):
            try:
                return await self.read(offset, size)
            except LostError:
                raise
            except Unavailable:
                self.close()
        return await self.read(offset, size)

    def at_hand(self, offset: int, size: int) -> int | None:  # noqa: ARG002 -- no file here
        """See Blob.at_hand."""
        return None

    async def feed(self, update: Update) -> None:
        """See Blob.feed."""
        async for piece in self.pieces(0, self.size):
            await asyncio.to_thread(update, piece)

    async def pieces(self, start: int, end: int) -> AsyncIterator[Bytes]:
        """A range in order."""
        await self.expect(start, end)
        while start < end:
            piece = await self.read(start, min(FEED_BYTES, end - start))
            yield piece
            start += len(piece)

    def close(self) -> None:
        """See Blob.close: what is still under way is left."""
        self._stream, self._rest = None, memoryview(b"")

    async def _some(self, offset: int, most: int) -> Bytes:
        """At least a byte at this place."""
        if self._stream is None or self._at != offset or offset >= self._stream_end:
            await self._open(offset)
        if not self._rest:
            self._rest = memoryview(await self._next())
        piece, self._rest = self._rest[:most], self._rest[most:]
        self._at += len(piece)
        return piece

    async def _open(self, offset: int) -> None:
        """Ask for what is read from here on, within one part."""
        number = bisect_right(self._ends, offset)
        part, end = self.parts.parts[number], self._ends[number]
        start = end - part.size
        wanted = max(self._expected, offset + AHEAD_BYTES)
        self._at, self._stream_end, self._rest = offset, min(end, wanted), memoryview(b"")
        with _there():
            self._stream = aiter(
                await self._bucket.stream(
                    part.name, offset - start, self._stream_end - start, READ_BYTES
                )
            )

    async def _next(self) -> Bytes:
        with _there(), answering("get", self.place):
            piece = await anext(self._stream, None) if self._stream is not None else None
        if not piece:
            raise Unavailable(OUT_OF_REACH)
        return piece


@contextmanager
def _there() -> Iterator[None]:
    """Bytes that a record names and that are gone are out of reach: no reader can help it."""
    try:
        yield
    except GoneError as error:
        raise LostError(OUT_OF_REACH) from error
