"""The port once more, over two of the same kind, folders or prefixes of a bucket: what is sealed
lies in the one, all else in the other, and each record tells which."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

from services.storage.blobs.local.naming import SEALED
from services.storage.blobs.port import (
    Blob,
    Blobs,
    Draft,
    Folder,
    Found,
    GoneError,
    Published,
    Stored,
)
from services.storage.blobs.sealed.ciphers import StoreKey
from services.storage.blobs.sealed.drafts import PlainDraft, SealedDraft
from services.storage.blobs.sealed.heads import Heads
from services.storage.blobs.sealed.naming import (
    part_name,
    read_part_name,
    told,
)
from services.storage.blobs.sealed.reading import open_sealed

HEADS_BYTES = 16 * 1024**2


class SealedBlobs:
    """`seals` tells what becomes of new bytes; what there is can be read either way."""

    def __init__(self, plain: Blobs, sealed: Blobs, store: StoreKey, *, seals: bool) -> None:
        self.plain = plain
        self.sealed = sealed
        self.store = store
        self.seals = seals
        self.lingers = plain.lingers
        # Where a key has one place its bytes are written over.
        self._heads = Heads(0 if self.lingers is None else HEADS_BYTES)

    async def close(self) -> None:
        """See Blobs.close."""
        await self.sealed.close()
        await self.plain.close()

    @property
    def process(self) -> str:
        """See Blobs.process."""
        return self.plain.process

    async def is_alive(self, process: str) -> bool:
        """See Blobs.is_alive."""
        return await self.plain.is_alive(process)

    def locked(self, folder: Folder, key: str) -> AbstractAsyncContextManager[None]:
        """See Blobs.locked: one lock for both places."""
        return self.plain.locked(folder, key)

    @asynccontextmanager
    async def drafting(self, folder: Folder, key: str, upload_id: str = "") -> AsyncIterator[Draft]:
        """See Blobs.drafting."""
        side = self.sealed if self.seals else self.plain
        async with side.drafting(folder, key, upload_id) as draft:
            if self.seals:
                yield SealedDraft(draft, self.store, is_part=bool(upload_id))
            else:
                yield PlainDraft(draft)

    async def open(self, folder: Folder, key: str, place: str) -> Blob:
        """See Blobs.open. Raises DamagedError."""
        side, within = self._side(place)
        blob = await side.open(folder, key, within)
        return await self._opened(blob) if side is self.sealed else blob

    async def _opened(self, raw: Blob) -> Blob:
        try:
            return await open_sealed(raw, SEALED + raw.place, self.store, self._heads)
        except BaseException:
            raw.close()
            raise

    async def look(self, folder: Folder, key: str) -> Blob | None:
        """See Blobs.look: the newer one where both stay. Raises DamagedError."""
        raw = await self.sealed.look(folder, key)
        if raw is None:
            return await self.plain.look(folder, key)
        plain = None if self.lingers is None else await self.plain.look(folder, key)
        if plain is None:
            return await self._opened(raw)
        newer, older = (plain, raw) if plain.appeared_us > raw.appeared_us else (raw, plain)
        older.close()
        return await self._opened(newer) if newer is raw else newer

    async def publish(
        self, folder: Folder, key: str, draft: Draft, before: Stored | None
    ) -> "SidePublished":
        """See Blobs.publish."""
        side = self.sealed if isinstance(draft, SealedDraft) else self.plain
        own, other = self._before(before, side)
        published = await side.publish(folder, key, _inner(draft), own)
        return self._published(folder, key, published, side, other)

    def version_place(self, place: str, name: str) -> str:
        """See Blobs.version_place."""
        side, within = self._side(place)
        return self._told(side.version_place(within, name), side)

    async def keep(self, folder: Folder, key: str, stored: Stored, name: str) -> Stored | None:
        """See Blobs.keep."""
        side, within = self._side(stored.place)
        kept = await side.keep(folder, key, Stored(within, stored.mark), name)
        return kept and Stored(self._told(kept.place, side), kept.mark)

    async def restore(
        self, folder: Folder, key: str, version: Stored, before: Stored | None
    ) -> "SidePublished":
        """See Blobs.restore: a plain version comes back plain."""
        side, within = self._side(version.place)
        own, other = self._before(before, side)
        published = await side.restore(folder, key, Stored(within, version.mark), own)
        return self._published(folder, key, published, side, other)

    async def remove(self, folder: Folder, key: str, place: str) -> None:
        """See Blobs.remove."""
        side, within = self._side(place)
        await side.remove(folder, key, within)

    async def exists(self, folder: Folder) -> bool:
        """See Blobs.exists: they are on one disk."""
        return await self.plain.exists(folder) or await self.sealed.exists(folder)

    async def walk(self, folder: Folder) -> AsyncIterator[list[Found]]:
        """See Blobs.walk: a key may come twice where a write died between its two places."""
        async for batch in self.sealed.walk(folder):
            yield [replace(one, stored=told(one.stored)) for one in batch]
        async for batch in self.plain.walk(folder):
            yield batch

    async def look_many(
        self, folder: Folder, places: Mapping[str, str]
    ) -> Mapping[str, Stored | None]:
        """See Blobs.look_many."""
        sides = {key: self._side(place) for key, place in places.items()}
        there: dict[str, Stored | None] = {}
        for side in (self.plain, self.sealed):
            wanted = {key: within for key, (one, within) in sides.items() if one is side}
            if not wanted:
                continue
            for key, stored in (await side.look_many(folder, wanted)).items():
                there[key] = stored and Stored(self._told(stored.place, side), stored.mark)
        return there

    async def keep_part(self, folder: Folder, upload_id: str, number: int, draft: Draft) -> str:
        """See Blobs.keep_part: its name has what the list of the object will need."""
        if not isinstance(draft, SealedDraft):
            return await self.plain.keep_part(folder, upload_id, number, _inner(draft))
        name = await self.sealed.keep_part(folder, upload_id, number, draft.inner)
        return part_name(name, draft.segment)

    async def drop_part(self, folder: Folder, upload_id: str, name: str) -> None:
        """See Blobs.drop_part."""
        part = read_part_name(name)
        if part is None:
            await self.plain.drop_part(folder, upload_id, name)
        else:
            await self.sealed.drop_part(folder, upload_id, part[0])

    async def assemble(
        self, folder: Folder, upload_id: str, names: Sequence[str], draft: Draft
    ) -> None:
        """See Blobs.assemble: parts from before the setting was changed are not there any more."""
        read = [read_part_name(name) for name in names]
        parts = [part for part in read if part is not None]
        if isinstance(draft, SealedDraft):
            if len(parts) != len(read):
                raise GoneError
            await draft.join([segment for _, segment in parts])
            inner = [name for name, _ in parts]
            await self.sealed.assemble(folder, upload_id, inner, draft.inner)
        elif parts:
            raise GoneError
        else:
            await self.plain.assemble(folder, upload_id, names, _inner(draft))

    async def drop_upload(self, folder: Folder, upload_id: str, kept: Sequence[str] = ()) -> None:
        """See Blobs.drop_upload."""
        read = {name: read_part_name(name) for name in kept}
        within = [part[0] for part in read.values() if part is not None]
        await self.sealed.drop_upload(folder, upload_id, within)
        plain = [name for name, part in read.items() if part is None]
        await self.plain.drop_upload(folder, upload_id, plain)

    async def uploads(self, within: Folder | None = None) -> list[tuple[Folder, str]]:
        """See Blobs.uploads."""
        found = [*await self.plain.uploads(within), *await self.sealed.uploads(within)]
        return list(dict.fromkeys(found))

    def upload_at(self, place: str) -> str:
        """See Blobs.upload_at."""
        return self.plain.upload_at(place)

    async def clear(self, folder: Folder) -> None:
        """See Blobs.clear."""
        await self.sealed.clear(folder)
        await self.plain.clear(folder)

    async def sweep(self) -> int:
        """See Blobs.sweep."""
        return await self.plain.sweep() + await self.sealed.sweep()

    def _side(self, place: str) -> tuple[Blobs, str]:
        """Where a place is, and what it is called there."""
        if place.startswith(SEALED):
            return self.sealed, place.removeprefix(SEALED)
        return self.plain, place

    def _told(self, place: str, side: Blobs) -> str:
        return SEALED + place if side is self.sealed else place

    def _before(self, before: Stored | None, side: Blobs) -> tuple[Stored | None, Stored | None]:
        """What is replaced if it lies on this side, else on the other."""
        if before is None:
            return None, None
        of, within = self._side(before.place)
        stored = Stored(within, before.mark)
        return (stored, None) if of is side else (None, stored)

    def _published(
        self,
        folder: Folder,
        key: str,
        published: Published,
        side: Blobs,
        other: Stored | None,
    ) -> "SidePublished":
        stored = Stored(self._told(published.stored.place, side), published.stored.mark)
        behind = self.plain if side is self.sealed else self.sealed
        # What lingers goes by its own record.
        is_left = other is not None and self.lingers is None
        left = (behind, folder, key, other.place) if other is not None and is_left else None
        return SidePublished(published, stored, left)


@dataclass(slots=True)
class SidePublished:
    """See Published; `left` is where the key had its bytes before, if on the other side."""

    inner: Published
    stored: Stored
    left: tuple[Blobs, Folder, str, str] | None

    async def settle(self) -> None:
        """See Published.settle."""
        await self.inner.settle()
        if self.left is not None:
            side, folder, key, place = self.left
            await side.remove(folder, key, place)

    async def undo(self, *, is_sure: bool = True) -> None:
        """See Published.undo."""
        await self.inner.undo(is_sure=is_sure)


def _inner(draft: Draft) -> Draft:
    """What the adapter below made."""
    return draft.inner if isinstance(draft, SealedDraft | PlainDraft) else draft
