"""Ranges read in order, whichever back end has them."""

from collections.abc import AsyncIterator

from services.storage.blobs.port import READ_BYTES, Blob, Bytes


async def pieces_of(blob: Blob, start: int, end: int) -> AsyncIterator[Bytes]:
    """A range in order. EOFError where somebody cut the file off meanwhile."""
    if start < end:
        await blob.expect(start, end)
    while start < end:
        piece = await blob.read(start, min(READ_BYTES, end - start))
        if not piece:
            raise EOFError("the source is shorter than it was")
        yield piece
        start += len(piece)
