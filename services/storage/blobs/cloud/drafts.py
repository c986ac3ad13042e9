"""Bytes on their way into the bucket: held while they are few, else streamed as they come.

What is streamed is no object before the last piece is there and every promise about it was kept.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import cast

from services.storage.blobs.cloud.bucket import CHUNK_BYTES, Bucket
from services.storage.blobs.cloud.manifests import Part, Parts, copied_parts
from services.storage.blobs.cloud.naming import LEADER, LONG, parts_folder
from services.storage.blobs.cloud.reading import CloudBlob
from services.storage.blobs.port import Blob, Bytes, Folder, Imprint, Update
from shared.errors import Unavailable
from shared.identifiers import new_uid

PIECES_AHEAD = 4
KEY_BESIDE = "coopkey"


class AbandonedError(Exception):
    """The upload is not finished; the bucket forgets it."""


class CloudDraft:
    """One draft, in `place` for good. `within` is the folder of its key or of its upload."""

    def __init__(self, bucket: Bucket, folder: Folder, within: str, key: str) -> None:
        self.folder = folder
        self.within = within
        self.place = new_uid()
        self.mark = ""
        self.is_published = False
        # Parts that are this object, or will be when they were copied.
        self.parts: Parts | None = None
        self._whole: CloudBlob | None = None
        self._bucket = bucket
        self._about = {KEY_BESIDE: b64encode(key.encode()).decode()} if LONG in within else {}
        self._held: list[bytes] = []
        self._size = 0
        # The folder of parts that were copied for this draft.
        self.copies = ""
        # What stands before the parts.
        self.leader = ""
        self._pieces: asyncio.Queue[bytes | AbandonedError | None] = asyncio.Queue(PIECES_AHEAD)
        self._putting: asyncio.Task[str] | None = None

    @property
    def name(self) -> str:
        """Its name in the bucket."""
        return f"{self.within}/{self.place}"

    def tell(self, told: bytes) -> None:
        """In a bucket the record alone tells what there is to say of bytes."""

    async def write(self, pieces: Sequence[Bytes], update: Update) -> None:
        """See Draft.write."""
        await self._unfold()
        await asyncio.to_thread(_feed, pieces, update)
        await self._append(pieces)

    async def take(self, blob: Blob, start: int, end: int, update: Update | None = None) -> None:
        """See Draft.take: all of an object is copied where it lies, when the draft is finished."""
        source = cast("CloudBlob", blob)
        await self._unfold()
        if (start, end) == (0, source.size) and not self._size and not self.within_upload:
            self._whole = source
            if update is not None:
                await source.feed(update)
            return
        async for piece in source.pieces(start, end):
            if update is not None:
                await asyncio.to_thread(update, piece)
            await self._append([piece])

    async def finish(
        self, pieces: Sequence[Bytes], update: Update, imprint: Callable[[], Imprint]
    ) -> None:
        """See Draft.finish."""
        if any(pieces):
            await self._unfold()
        await asyncio.to_thread(_feed, pieces, update)
        await asyncio.to_thread(imprint)
        await self._append(pieces)
        if self._whole is not None:
            await self._copy(self._whole)
        elif self.parts is not None:
            parts = await self._led(self.parts)
            self.mark = await self._bucket.put(self.name, parts.to_json(), self._about)
        elif self._putting is not None:
            await self._hand_over(None)
            self.mark = await self._putting
        else:
            self.mark = await self._bucket.put(self.name, b"".join(self._held), self._about)

    def consist_of(self, parts: Parts) -> None:
        """The object is these parts, behind the little that may have been written before them.

        What is written under its own name is their list.
        """
        self.parts = parts
        self.place = f"{self.place}+{parts.upload}"

    async def close(self) -> None:
        """Let go, and remove what nobody will name."""
        if self._putting is None:
            return
        with suppress(AbandonedError, Unavailable):
            if not self._putting.done():
                await self._hand_over(AbandonedError())
            await self._putting

    @property
    def within_upload(self) -> bool:
        """Whether it is a part, which is one piece in any case."""
        return "/=parts/" in f"{self.within}/"

    async def _append(self, pieces: Sequence[Bytes]) -> None:
        for piece in pieces:
            self._size += len(piece)
            if self._putting is None:
                self._held.append(bytes(piece))
            else:
                await self._hand_over(bytes(piece))
        if self._putting is None and self._size > CHUNK_BYTES:
            held, self._held = self._held, []
            self._putting = asyncio.create_task(
                self._bucket.put_stream(self.name, self._waiting(), self._about)
            )
            for piece in held:
                await self._hand_over(piece)

    async def _hand_over(self, piece: bytes | AbandonedError | None) -> None:
        """To the upload, as soon as it takes it; raises what the upload ended with."""
        handing = asyncio.ensure_future(self._pieces.put(piece))
        waiting = [one for one in (handing, self._putting) if one is not None]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            handing.cancel()
        if self._putting is not None and self._putting.done():
            await self._putting

    async def _waiting(self) -> AsyncIterator[bytes]:
        while (piece := await self._pieces.get()) is not None:
            if isinstance(piece, AbandonedError):
                raise piece
            yield piece

    async def _unfold(self) -> None:
        """More follows after a whole object: then its bytes go through here after all."""
        source, self._whole = self._whole, None
        if source is not None:
            async for piece in source.pieces(0, source.size):
                await self._append([piece])

    async def _led(self, parts: Parts) -> Parts:
        """What was written before the parts is one more, which stays as long as they do."""
        if not self._held:
            return parts
        self.leader = f"{parts_folder(self.folder, parts.upload)}/{LEADER}{new_uid()}"
        await self._bucket.put(self.leader, b"".join(self._held), {})
        return Parts(parts.upload, [Part(self.leader, self._size), *parts.parts])

    async def _copy(self, source: CloudBlob) -> None:
        if source.parts.upload:
            self.copies = new_uid()
            parts = await copied_parts(self._bucket, self.folder, source.parts, self.copies)
            self.consist_of(parts)
            self.mark = await self._bucket.put(self.name, parts.to_json(), self._about)
            return
        await self._bucket.copy(source.parts.parts[0].name, self.name)
        self.mark = (await self._bucket.head(self.name))["e_tag"] or ""


def _feed(pieces: Sequence[Bytes], update: Update) -> None:
    for piece in pieces:
        update(piece)
