"""A sealed object opened for reading: of a range only the blocks that it touches are opened."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import NamedTuple

from services.storage.blobs.pieces import pieces_of
from services.storage.blobs.port import (
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
from services.storage.blobs.sealed.heads import Heads, Read, exactly
from shared.log import logger

DAMAGED = "The stored bytes are damaged, and none of them are given out."
log = logger("storage")


class Opened(NamedTuple):
    """A block that was opened last: of which segment, its number there, and what is in it."""

    segment: int
    number: int
    plain: bytes


class SealedBlob:
    """What `raw` holds, opened block by block."""

    def __init__(
        self, raw: Blob, place: str, store: StoreKey, segments: list[Segment], heads: Heads
    ) -> None:
        self.raw = raw
        self.place = place
        self.mark = raw.mark
        self.segments = segments
        self._store = store
        self._heads = heads
        self._ends = list(accumulate(plain_size(one.size) for one in segments))
        self.size = self._ends[-1]
        self._is_looked_at_again = False
        # The segment that was read last, by its number.
        self._key: tuple[int, Blocks] | None = None
        # Reads that do not end with a block go on within it, and in a bucket without a new request.
        self._last: Opened | None = None

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
        await self.check_end()
        if start >= end:
            return
        with telling_damage(self.raw):
            number = self._number_at(start)
            await self._segment(number, self.raw.read)
            behind = self._ends_at(end)
            await self.raw.expect(self._lies_at(number, start - self._begins(number)), behind)
        await self.read(start, 1)

    async def check_end(self) -> None:
        """Nothing was cut off: the last block says that it is the last. Raises DamagedError."""
        with telling_damage(self.raw):
            last = len(self.segments) - 1
            size = self.size - self._begins(last)
            await self._blocks(last, (max(size - 1, 0), size), self.raw.read)

    async def read(self, offset: int, size: int) -> Bytes:
        """See Blob.read. Raises DamagedError."""
        return await self._read(offset, min(offset + size, self.size), self.raw.read)

    async def read_again(self, offset: int, size: int) -> Bytes:
        """See Blob.read_again: heads too. Raises DamagedError."""
        if not self._is_looked_at_again:
            await self._look_again()
        return await self._read(offset, min(offset + size, self.size), self.raw.read_again)

    async def _look_again(self) -> None:
        with telling_damage(self.raw):
            nothing = Heads(0)
            segments = await segments_of(self.raw, self._store, nothing, self.raw.read_again)
            if segments != self.segments:
                raise BrokenError
        self._heads, self._key, self._last = nothing, None, None
        self._is_looked_at_again = True

    def at_hand(self, offset: int, size: int) -> int | None:  # noqa: ARG002 -- nothing lies open
        """See Blob.at_hand."""
        return None

    async def feed(self, update: Update) -> None:
        """See Blob.feed. Raises DamagedError."""
        async for piece in pieces_of(self, 0, self.size):
            await asyncio.to_thread(update, piece)

    def close(self) -> None:
        """See Blob.close."""
        self.raw.close()

    def _number_at(self, offset: int) -> int:
        """The segment that has this byte."""
        return bisect_right(self._ends, offset)

    def _begins(self, number: int) -> int:
        """The first byte of a segment."""
        return self._ends[number - 1] if number else 0

    def _lies_at(self, number: int, offset: int) -> int:
        """Where the block lies that has this byte of a segment."""
        return self.segments[number].start + HEAD_BYTES + offset // BLOCK_BYTES * SEALED_BYTES

    def _ends_at(self, end: int) -> int:
        """Where the blocks end that hold what is before this byte."""
        number = bisect_left(self._ends, end)
        segment = self.segments[number]
        behind = self._lies_at(number, end - self._begins(number) + BLOCK_BYTES - 1)
        return min(behind, segment.start + segment.size)

    async def _read(self, offset: int, end: int, read: Read) -> Bytes:
        pieces = list[Bytes]()
        with telling_damage(self.raw):
            while offset < end:
                pieces.append(await self._some(offset, end, read))
                offset += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _some(self, offset: int, end: int, read: Read) -> Bytes:
        """Bytes from here on, as far as one segment goes."""
        number = self._number_at(offset)
        begin = self._begins(number)
        start, stop = offset - begin, min(end, self._ends[number]) - begin
        plain = await self._blocks(number, (start, stop), read)
        skipped = start // BLOCK_BYTES * BLOCK_BYTES
        return plain[start - skipped : stop - skipped]

    async def _blocks(self, number: int, span: tuple[int, int], read: Read) -> memoryview:
        """The blocks of a segment that hold this range of it, one at least."""
        start, stop = span
        first, last = start // BLOCK_BYTES, max(stop - 1, 0) // BLOCK_BYTES
        known, opened = self._last, list[bytes]()
        if known is not None and known[:2] == (number, first):
            opened.append(known.plain)
        if len(opened) <= last - first:
            opened += await self._fetched(number, (first + len(opened), last), read)
        self._last = Opened(number, last, opened[-1])
        return memoryview(opened[0] if len(opened) == 1 else b"".join(opened))

    async def _fetched(self, number: int, span: tuple[int, int], read: Read) -> list[bytes]:
        """The blocks from one to another, read at once."""
        first, last = span
        blocks, body = await self._segment(number, read)
        final = max(plain_size(body + HEAD_BYTES) - 1, 0) // BLOCK_BYTES
        offset = first * SEALED_BYTES
        count = min((last + 1) * SEALED_BYTES, body) - offset
        at = self.segments[number].start + HEAD_BYTES + offset
        sealed = memoryview(await exactly(read, at, count))
        return [
            blocks.open(one, sealed[begin : begin + SEALED_BYTES], is_last=one == final)
            for one, begin in enumerate(range(0, count, SEALED_BYTES), first)
        ]

    async def _segment(self, number: int, read: Read) -> tuple[Blocks, int]:
        """What opens it, and how many bytes are behind its head."""
        segment = self.segments[number]
        if self._key is None or self._key[0] != number:
            head = await self._heads.read(self.raw.place, segment.start, HEAD_BYTES, read)
            kind, _, blocks = self._store.open(head)
            if kind != SEGMENT or tag_of(head) != segment.tag:
                raise BrokenError
            self._key = number, blocks
        return self._key[1], segment.size - HEAD_BYTES


async def open_sealed(raw: Blob, place: str, store: StoreKey, heads: Heads) -> SealedBlob:
    """What lies sealed there. Raises DamagedError."""
    with telling_damage(raw):
        segments = await segments_of(raw, store, heads, raw.read)
        blob = SealedBlob(raw, place, store, segments, heads)
    if not blob.size:
        # Nobody reads what is empty.
        await blob.check_end()
    return blob


async def segments_of(raw: Blob, store: StoreKey, heads: Heads, read: Read) -> list[Segment]:
    """Of what it is made. Raises BrokenError."""
    head = await heads.read(raw.place, 0, HEAD_BYTES, read)
    kind, count, blocks = store.open(head)
    segments = [Segment(0, raw.size, tag_of(head))]
    if kind != SEGMENT:
        listed = await heads.read(raw.place, HEAD_BYTES, list_bytes(count), read)
        segments = open_list(blocks, listed)
    if sum(segments[-1][:2]) != raw.size:
        raise BrokenError
    return segments


@contextmanager
def telling_damage(raw: Blob) -> Iterator[None]:
    """Turns what does not open into DamagedError, and tells the operator where it lies."""
    try:
        yield
    except BrokenError as error:
        log.exception("sealed bytes are damaged", place=raw.place, mark=raw.mark)
        raise DamagedError(DAMAGED) from error
