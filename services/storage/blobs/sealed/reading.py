"""A sealed object opened for reading: of a range only the blocks that it touches are opened."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate

from services.storage.blobs.port import (
    READ_BYTES,
    Blob,
    Bytes,
    DamagedError,
    Imprint,
    Update,
)
from services.storage.blobs.sealed.ciphers import (
    BLOCK_BYTES,
    HEAD_BYTES,
    SEALED_BYTES,
    SEGMENT,
    Blocks,
    BrokenError,
    Segment,
    StoreKey,
    list_bytes,
    open_list,
    plain_size,
    tag_of,
)
from shared.log import logger

Read = Callable[[int, int], Awaitable[Bytes]]
DAMAGED = "The stored bytes are damaged, and none of them are given out."
log = logger("storage")


class SealedBlob:
    """What `raw` holds, opened block by block."""

    def __init__(self, raw: Blob, place: str, store: StoreKey, segments: list[Segment]) -> None:
        self.raw = raw
        self.place = place
        self.mark = raw.mark
        self.segments = segments
        self._store = store
        self._ends = list(accumulate(plain_size(one.size) for one in segments))
        self.size = self._ends[-1]
        # The segment that was read last, by its number.
        self._opened: tuple[int, Blocks] | None = None

    @property
    def modified_ms(self) -> int:
        """See Blob.modified_ms."""
        return self.raw.modified_ms

    @property
    def appeared_us(self) -> int:
        """See Blob.appeared_us."""
        return self.raw.appeared_us

    def imprint(self) -> Imprint | None:
        """See Blob.imprint."""
        return self.raw.imprint()

    async def expect(self, start: int, end: int) -> None:
        """See Blob.expect. Raises DamagedError where the first block or the end is not whole."""
        if start < end:
            await self.read(start, 1)
        await self.check_end()

    async def check_end(self) -> None:
        """Nothing was cut off: the last block says that it is the last. Raises DamagedError."""
        with telling_damage(self.raw):
            last = len(self.segments) - 1
            size = self.size - (self._ends[last - 1] if last else 0)
            await self._blocks(last, (max(size - 1, 0), size), self.raw.read)

    async def read(self, offset: int, size: int) -> Bytes:
        """See Blob.read. Raises DamagedError."""
        return await self._read(offset, min(offset + size, self.size), self.raw.read)

    async def read_again(self, offset: int, size: int) -> Bytes:
        """See Blob.read_again. Raises DamagedError."""
        return await self._read(offset, min(offset + size, self.size), self.raw.read_again)

    def at_hand(self, offset: int, size: int) -> int | None:  # noqa: ARG002 -- nothing lies open
        """See Blob.at_hand."""
        return None

    async def feed(self, update: Update) -> None:
        """See Blob.feed. Raises DamagedError."""
        await self.check_end()
        async for piece in pieces_of(self, 0, self.size):
            await asyncio.to_thread(update, piece)

    def close(self) -> None:
        """See Blob.close."""
        self.raw.close()

    async def _read(self, offset: int, end: int, read: Read) -> Bytes:
        pieces = list[Bytes]()
        with telling_damage(self.raw):
            while offset < end:
                pieces.append(await self._some(offset, end, read))
                offset += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _some(self, offset: int, end: int, read: Read) -> Bytes:
        """Bytes from here on, as far as one segment goes."""
        number = bisect_right(self._ends, offset)
        begin = self._ends[number - 1] if number else 0
        start, stop = offset - begin, min(end, self._ends[number]) - begin
        plain = await self._blocks(number, (start, stop), read)
        skipped = start // BLOCK_BYTES * BLOCK_BYTES
        return plain[start - skipped : stop - skipped]

    async def _blocks(self, number: int, span: tuple[int, int], read: Read) -> memoryview:
        """The blocks of a segment that hold this range of it, one at least."""
        start, stop = span
        blocks, body = await self._segment(number)
        first, last = start // BLOCK_BYTES, max(stop - 1, 0) // BLOCK_BYTES
        final = max(plain_size(body + HEAD_BYTES) - 1, 0) // BLOCK_BYTES
        offset = first * SEALED_BYTES
        count = min((last + 1) * SEALED_BYTES, body) - offset
        at = self.segments[number].start + HEAD_BYTES + offset
        sealed = memoryview(await exactly(read, at, count))
        opened = [
            blocks.open(one, sealed[begin : begin + SEALED_BYTES], is_last=one == final)
            for one, begin in enumerate(range(0, count, SEALED_BYTES), first)
        ]
        return memoryview(opened[0] if len(opened) == 1 else b"".join(opened))

    async def _segment(self, number: int) -> tuple[Blocks, int]:
        """What opens it, and how many bytes are behind its head."""
        segment = self.segments[number]
        if self._opened is None or self._opened[0] != number:
            head = await exactly(self.raw.read, segment.start, HEAD_BYTES)
            kind, _, blocks = self._store.open(head)
            if kind != SEGMENT or tag_of(head) != segment.tag:
                raise BrokenError
            self._opened = number, blocks
        return self._opened[1], segment.size - HEAD_BYTES


async def open_sealed(raw: Blob, place: str, store: StoreKey) -> SealedBlob:
    """What a sealed file holds. Raises DamagedError."""
    with telling_damage(raw):
        head = await exactly(raw.read, 0, HEAD_BYTES)
        kind, count, blocks = store.open(head)
        segments = [Segment(0, raw.size, tag_of(head))]
        if kind != SEGMENT:
            segments = open_list(blocks, await exactly(raw.read, HEAD_BYTES, list_bytes(count)))
        if sum(segments[-1][:2]) != raw.size:
            raise BrokenError
        blob = SealedBlob(raw, place, store, segments)
    if not blob.size:
        # Nobody reads what is empty.
        await blob.check_end()
    return blob


async def pieces_of(blob: Blob, start: int, end: int) -> AsyncIterator[Bytes]:
    """A range in order. EOFError where somebody cut the file off meanwhile."""
    while start < end:
        piece = await blob.read(start, min(READ_BYTES, end - start))
        if not piece:
            raise EOFError("the source is shorter than it was")
        yield piece
        start += len(piece)


async def exactly(read: Read, offset: int, count: int) -> bytes:
    """So many bytes as they lie there. Raises BrokenError where there are fewer."""
    found = bytes(await read(offset, count))
    if len(found) != count:
        raise BrokenError
    return found


@contextmanager
def telling_damage(raw: Blob) -> Iterator[None]:
    """Turns what does not open into DamagedError, and tells the operator where it lies."""
    try:
        yield
    except BrokenError as error:
        log.exception("sealed bytes are damaged", place=raw.place, mark=raw.mark)
        raise DamagedError(DAMAGED) from error
