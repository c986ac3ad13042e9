"""The adapter for a bucket: the port on one side, names in the bucket on the other."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from weakref import WeakValueDictionary

from services.storage.blobs.cloud import naming
from services.storage.blobs.cloud.bucket import Bucket, open_bucket
from services.storage.blobs.cloud.drafts import KEY_BESIDE, CloudDraft
from services.storage.blobs.cloud.manifests import Manifests, Part, Parts, kept_parts
from services.storage.blobs.cloud.naming import LEADER, LONG, PARTS, key_folder, parts_folder
from services.storage.blobs.cloud.presence import Presence
from services.storage.blobs.cloud.reading import CloudBlob
from services.storage.blobs.port import Blob, Draft, Folder, Found, GoneError, Stored
from shared.errors import Unavailable
from shared.identifiers import is_uid

if TYPE_CHECKING:
    from obstore import ObjectMeta

LINGER_SECONDS = 3600.0
LOOKS_AT_ONCE = 16


class CloudBlobs:
    """A bucket, which any number of processes on any number of hosts may share."""

    def __init__(self, bucket: Bucket, lingers: float = LINGER_SECONDS) -> None:
        self.bucket = bucket
        self.lingers: float | None = lingers
        self.presence = Presence(bucket)
        self.manifests = Manifests(bucket)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def close(self) -> None:
        """See Blobs.close."""
        await self.presence.stop()

    @property
    def process(self) -> str:
        """See Blobs.process."""
        return self.presence.name

    async def is_alive(self, process: str) -> bool:
        """See Blobs.is_alive."""
        return await self.presence.is_alive(process)

    def locked(self, folder: Folder, key: str) -> AbstractAsyncContextManager[None]:
        """See Blobs.locked: tasks of this process need not meet at the record."""
        return _held(self._locks.setdefault(f"{folder.repository_uid}/{key}", asyncio.Lock()))

    @asynccontextmanager
    async def drafting(self, folder: Folder, key: str, upload_id: str = "") -> AsyncIterator[Draft]:
        """See Blobs.drafting."""
        within = parts_folder(folder, upload_id) if upload_id else key_folder(folder, key)
        draft = CloudDraft(self.bucket, folder, within, key)
        try:
            yield draft
        finally:
            await asyncio.shield(self._end(draft))

    async def _end(self, draft: CloudDraft) -> None:
        await draft.close()
        if draft.is_published:
            return
        # What cannot be removed now is found by its age.
        with suppress(Unavailable):
            if draft.copies:
                await self.drop_upload(draft.folder, draft.copies)
            if draft.leader:
                await self.bucket.remove([draft.leader])
            if draft.mark:
                await self.bucket.remove([draft.name])

    async def open(self, folder: Folder, key: str, place: str) -> CloudBlob:
        """See Blobs.open."""
        name = f"{key_folder(folder, key)}/{place}"
        if upload := naming.upload_at(place):
            parts, mark = await self.manifests.read(folder, name, upload)
        else:
            there = await self.bucket.head(name)
            parts, mark = Parts("", [Part(name, there["size"])]), there["e_tag"] or ""
        return CloudBlob(self.bucket, parts, place, mark)

    async def look(self, folder: Folder, key: str) -> Blob | None:
        """See Blobs.look: the newest."""
        found = await self.bucket.objects(key_folder(folder, key))
        for one in sorted(found, key=lambda one: one["path"], reverse=True):
            with suppress(GoneError):
                return await self.open(folder, key, one["path"].rpartition("/")[2])
        return None

    async def publish(
        self,
        folder: Folder,  # noqa: ARG002 -- its draft knows all of it
        key: str,  # noqa: ARG002
        draft: Draft,
        before: Stored | None,  # noqa: ARG002
    ) -> "CloudPublished":
        """See Blobs.publish: it lies where it will stay."""
        finished = cast("CloudDraft", draft)
        finished.is_published = True
        return CloudPublished(finished, Stored(finished.place, finished.mark))

    def version_place(self, place: str, name: str) -> str:  # noqa: ARG002 -- nothing is moved
        """See Blobs.version_place."""
        return place

    async def keep(
        self,
        folder: Folder,  # noqa: ARG002 -- it lies where it will stay
        key: str,  # noqa: ARG002
        stored: Stored,
        name: str,  # noqa: ARG002
    ) -> Stored | None:
        """See Blobs.keep."""
        return stored

    async def restore(
        self,
        folder: Folder,
        key: str,
        version: Stored,
        before: Stored | None,  # noqa: ARG002 -- it goes by its own record
    ) -> "CloudRestored":
        """See Blobs.restore."""
        await self.bucket.head(f"{key_folder(folder, key)}/{version.place}")
        return CloudRestored(version)

    async def remove(self, folder: Folder, key: str, place: str) -> None:
        """See Blobs.remove."""
        name = f"{key_folder(folder, key)}/{place}"
        if upload := naming.upload_at(place):
            await self.drop_upload(folder, upload)
        await self.bucket.remove([name])
        self.manifests.forget(name)

    async def exists(self, folder: Folder) -> bool:
        """See Blobs.exists."""
        async for page in self.bucket.pages(folder.repository_uid):
            if page:
                return True
        return False

    async def walk(self, folder: Folder) -> AsyncIterator[list[Found]]:
        """See Blobs.walk."""
        async for page in self.bucket.pages(folder.repository_uid):
            yield [found for one in page if (found := await self._found(folder, one)) is not None]

    async def _found(self, folder: Folder, one: "ObjectMeta") -> Found | None:
        path, _, place = one["path"].removeprefix(f"{folder.repository_uid}/").rpartition("/")
        area = path.partition("/")[0]
        if area == PARTS or not is_uid(place.partition("+")[0]):
            return None
        try:
            if area == LONG:
                beside = await self.bucket.about(one["path"])
                key = b64decode(beside[KEY_BESIDE]).decode()
            else:
                key = naming.unescape(path)
        except (ValueError, KeyError, GoneError):
            return None
        moment = int(one["last_modified"].timestamp() * 1_000_000)
        return Found(key, Stored(place, one["e_tag"] or ""), moment)

    async def look_many(
        self, folder: Folder, places: Mapping[str, str]
    ) -> Mapping[str, Stored | None]:
        """See Blobs.look_many."""
        gate = asyncio.Semaphore(LOOKS_AT_ONCE)

        async def look(key: str, place: str) -> Stored | None:
            async with gate:
                try:
                    there = await self.bucket.head(f"{key_folder(folder, key)}/{place}")
                except GoneError:
                    return None
            return Stored(place, there["e_tag"] or "")

        seen = await asyncio.gather(*(look(key, place) for key, place in places.items()))
        return dict(zip(places, seen, strict=True))

    async def keep_part(
        self,
        folder: Folder,  # noqa: ARG002 -- its draft knows all of it
        upload_id: str,  # noqa: ARG002
        number: int,  # noqa: ARG002
        draft: Draft,
    ) -> str:
        """See Blobs.keep_part."""
        finished = cast("CloudDraft", draft)
        finished.is_published = True
        return finished.place

    async def drop_part(self, folder: Folder, upload_id: str, name: str) -> None:
        """See Blobs.drop_part."""
        await self.bucket.remove([f"{parts_folder(folder, upload_id)}/{name}"])

    async def assemble(
        self, folder: Folder, upload_id: str, names: Sequence[str], draft: Draft
    ) -> None:
        """See Blobs.assemble: no byte is moved."""
        parts = await kept_parts(self.bucket, folder, upload_id, names)
        cast("CloudDraft", draft).consist_of(parts)

    async def drop_upload(self, folder: Folder, upload_id: str, kept: Sequence[str] = ()) -> None:
        """See Blobs.drop_upload."""
        names = set(kept)

        def is_left(path: str) -> bool:
            name = path.rpartition("/")[2]
            return name not in names and not (names and name.startswith(LEADER))

        async for page in self.bucket.pages(parts_folder(folder, upload_id)):
            await self.bucket.remove([one["path"] for one in page if is_left(one["path"])])

    async def uploads(self, within: Folder | None = None) -> list[tuple[Folder, str]]:
        """See Blobs.uploads."""
        folders = [within] if within is not None else await self._folders()
        return [
            (folder, upload)
            for folder in folders
            for upload in await self.bucket.folders(f"{folder.repository_uid}/{PARTS}")
        ]

    async def _folders(self) -> list[Folder]:
        return [Folder("", "", uid) for uid in await self.bucket.folders(None) if uid[0] != "="]

    def upload_at(self, place: str) -> str:
        """See Blobs.upload_at."""
        return naming.upload_at(place)

    async def clear(self, folder: Folder) -> None:
        """See Blobs.clear."""
        async for page in self.bucket.pages(folder.repository_uid):
            await self.bucket.remove([one["path"] for one in page])

    async def sweep(self) -> int:
        """See Blobs.sweep."""
        return await self.presence.forget_dead()


@asynccontextmanager
async def _held(lock: asyncio.Lock) -> AsyncIterator[None]:
    async with lock:
        yield


@dataclass(slots=True)
class CloudPublished:
    """See Published."""

    draft: CloudDraft
    stored: Stored

    async def settle(self) -> None:
        """See Published.settle: what was there before goes by its own record."""

    async def undo(self, *, is_sure: bool = True) -> None:
        """See Published.undo: nothing was overwritten."""
        self.draft.is_published = not is_sure


@dataclass(slots=True)
class CloudRestored:
    """See Published."""

    stored: Stored

    async def settle(self) -> None:
        """See Published.settle."""

    async def undo(self, *, is_sure: bool = True) -> None:
        """See Published.undo: only its record names it."""


async def open_cloud(
    url: str,
    options: Mapping[str, str],
    *,
    patience_seconds: float,
    lingers: float = LINGER_SECONDS,
) -> CloudBlobs:
    """Open a bucket. ValueError for what is none, Unavailable where it does not answer."""
    blobs = CloudBlobs(open_bucket(url, options, patience_seconds), lingers)
    await blobs.presence.start()
    return blobs
