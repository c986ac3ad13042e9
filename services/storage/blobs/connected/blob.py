"""One object of a connected bucket: asked for when it is read, in one answer where that can be."""

import asyncio
from collections.abc import Awaitable, Callable

from services.storage.blobs.connected.answers import OUT_OF_REACH, Far, StaleError, answering
from services.storage.blobs.connected.bucket import Body, Bucket
from services.storage.blobs.pieces import pieces_of
from services.storage.blobs.port import Bytes, Imprint, Update
from shared.errors import Unavailable

# Who reads on little by little and did not say how much is given that much at once.
AHEAD_BYTES = 1024**2


class ConnectedBlob:
    """The bytes that were listed, or none: `on_stale` is called where there are others now.

    `check` is asked before its bucket is, and raises where nothing may be read of that any more.
    """

    place = ""

    def __init__(
        self,
        bucket: Bucket,
        far: Far,
        on_stale: Callable[[], None],
        check: Callable[[], Awaitable[object]],
    ) -> None:
        self.size = far.size
        self.mark = far.mark
        self._bucket = bucket
        self._far = far
        self._on_stale = on_stale
        self._check = check
        self._body: Body | None = None
        self._at = 0
        self._end = -1
        self._expected = 0
        bucket.readers += 1
        self._is_open = True

    @property
    def modified_ms(self) -> int:
        """See Blob.modified_ms."""
        return self._far.modified_ms

    @property
    def appeared_us(self) -> int:
        """See Blob.appeared_us."""
        return self._far.modified_ms * 1000

    def imprint(self) -> Imprint | None:
        """See Blob.imprint: the bucket says nothing more."""
        return None

    async def expect(self, start: int, end: int) -> None:
        """See Blob.expect."""
        self._expected = end
        if start < end:
            await self._ask(start, end - start)

    async def read(self, offset: int, size: int) -> Bytes:
        """See Blob.read."""
        end, pieces, at = min(offset + size, self.size), list[bytes](), offset
        while at < end:
            if self._body is None or at != self._at or at >= self._end:
                await self._ask(at, end - at)
            piece = await self._next(min(end, self._end) - at)
            pieces.append(piece)
            at += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def read_again(self, offset: int, size: int) -> Bytes:
        """See Blob.read_again: nothing is remembered."""
        return await self.read(offset, size)

    def at_hand(self, offset: int, size: int) -> int | None:  # noqa: ARG002 -- no file here
        """See Blob.at_hand."""
        return None

    async def feed(self, update: Update) -> None:
        """See Blob.feed."""
        async for piece in pieces_of(self, 0, self.size):
            await asyncio.to_thread(update, piece)

    def close(self) -> None:
        """See Blob.close: what is still under way is left."""
        self._leave()
        if self._is_open:
            self._is_open = False
            self._bucket.readers -= 1

    def _leave(self) -> None:
        if self._body is not None:
            self._body.close()
        self._body = None

    async def _ask(self, offset: int, size: int) -> None:
        """For what is read from here on: no more than is wanted of who does not go on reading."""
        self._leave()
        await self._check()
        ahead = AHEAD_BYTES if offset == self._end else size
        self._at = offset
        self._end = min(self.size, max(self._expected, offset + max(size, ahead)))
        try:
            self._body = await self._bucket.read(self._far, offset, self._end)
        except StaleError:
            self._on_stale()
            raise

    async def _next(self, most: int) -> bytes:
        """At least a byte. Raises Unavailable."""
        piece = b""
        if self._body is not None:
            with answering():
                piece = await self._body.read(most)
        if not piece:
            raise Unavailable(OUT_OF_REACH)
        self._at += len(piece)
        return piece
