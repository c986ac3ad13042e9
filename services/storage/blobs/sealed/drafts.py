"""Drafts while bytes are sealed: sealed ones, and plain ones that may take what is sealed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from services.storage.blobs.pieces import pieces_of
from services.storage.blobs.port import Blob, Bytes, Draft, Imprint, Update
from services.storage.blobs.sealed.ciphers import Sealer, Segment, StoreKey, seal_list
from services.storage.blobs.sealed.reading import SealedBlob

# So few are sealed and hashed sooner than a thread is found for them.
FEW_BYTES = 16 * 1024


class SealedDraft:
    """Seals what comes into `inner`; `segment` is what lies there once it is finished."""

    def __init__(self, inner: Draft, store: StoreKey, *, is_part: bool) -> None:
        self.inner = inner
        self._store = store
        self._is_part = is_part
        self._sealer = Sealer(store)
        self._is_begun = False
        self._is_joined = False
        # An object that is copied as it lies there, if nothing else comes.
        self._whole: SealedBlob | None = None

    @property
    def segment(self) -> Segment:
        """For the list of the object that this part belongs to."""
        return Segment(0, self._sealer.size, self._sealer.tag)

    def tell(self, told: bytes) -> None:
        """See Draft.tell."""
        self.inner.tell(told)

    async def write(self, pieces: Sequence[Bytes], update: Update) -> None:
        """See Draft.write."""
        await self._unfold()
        await self._append(pieces, update)

    async def take(self, blob: Blob, start: int, end: int, update: Update | None = None) -> None:
        """See Draft.take: all of a sealed object is copied as it lies there, key and all."""
        await self._unfold()
        is_first = not self._is_begun and not self._is_part
        if is_first and isinstance(blob, SealedBlob) and (start, end) == (0, blob.size):
            self._whole = blob
            if update is not None:
                await blob.feed(update)
            return
        async for piece in pieces_of(blob, start, end):
            await self._append([piece], update or ignore)

    async def join(self, segments: Sequence[Segment]) -> None:
        """The object is these parts alone, which are appended to `inner` afterwards."""
        self._is_joined = True
        await self.inner.write([seal_list(self._store, segments)], ignore)

    async def finish(
        self, pieces: Sequence[Bytes], update: Update, imprint: Callable[[], Imprint]
    ) -> None:
        """See Draft.finish."""
        if any(pieces):
            await self._unfold()
        rest: list[bytes] = []
        if self._whole is not None:
            await self.inner.take(self._whole.raw, 0, self._whole.raw.size)
        elif not self._is_joined:
            rest = await self._sealed(self._sealer.finish, pieces, update)
        elif any(pieces):
            raise ValueError("an object of parts is nothing but its parts")
        await self.inner.finish(rest, ignore, imprint)

    async def _unfold(self) -> None:
        """More follows after a whole object: then its bytes go through here after all."""
        source, self._whole = self._whole, None
        if source is not None:
            async for piece in pieces_of(source, 0, source.size):
                await self._append([piece], ignore)

    async def _append(self, pieces: Sequence[Bytes], update: Update) -> None:
        self._is_begun = True
        sealed = await self._sealed(self._sealer.add, pieces, update)
        if sealed:
            await self.inner.write(sealed, ignore)

    async def _sealed(
        self,
        seal: Callable[[Iterable[Bytes]], list[bytes]],
        pieces: Sequence[Bytes],
        update: Update,
    ) -> list[bytes]:
        def work() -> list[bytes]:
            for piece in pieces:
                update(piece)
            return seal(pieces)

        few = sum(map(len, pieces)) <= FEW_BYTES
        return work() if few else await asyncio.to_thread(work)


class PlainDraft:
    """A draft that is not sealed, beside objects that are."""

    def __init__(self, inner: Draft) -> None:
        self.inner = inner

    def tell(self, told: bytes) -> None:
        """See Draft.tell."""
        self.inner.tell(told)

    async def write(self, pieces: Sequence[Bytes], update: Update) -> None:
        """See Draft.write."""
        await self.inner.write(pieces, update)

    async def take(self, blob: Blob, start: int, end: int, update: Update | None = None) -> None:
        """See Draft.take: what is sealed is opened on its way."""
        if not isinstance(blob, SealedBlob):
            await self.inner.take(blob, start, end, update)
            return
        async for piece in pieces_of(blob, start, end):
            await self.inner.write([piece], update or ignore)

    async def finish(
        self, pieces: Sequence[Bytes], update: Update, imprint: Callable[[], Imprint]
    ) -> None:
        """See Draft.finish."""
        await self.inner.finish(pieces, update, imprint)


def ignore(_: Bytes) -> None:
    """What is sealed is in no digest."""
