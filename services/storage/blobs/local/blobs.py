"""The adapter for local files: the port on one side, blocking functions in threads on the other."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

from services.storage.blobs.local import parts, publishing, walking
from services.storage.blobs.local.descent import FOLDER_FLAGS
from services.storage.blobs.local.disk import Disk, probe
from services.storage.blobs.local.drafts import DraftFile, VersionFile
from services.storage.blobs.local.locks import KeyLocks, Presence
from services.storage.blobs.local.naming import (
    HASHED,
    KEYS,
    PLAIN,
    VERSION,
    folder_path,
    is_plain,
    our_path,
    path_at,
)
from services.storage.blobs.local.publishing import Placed
from services.storage.blobs.local.reading import LocalBlob, open_blob
from services.storage.blobs.local.sweeping import TMP, clear, sweep
from services.storage.blobs.port import (
    Blob,
    Bytes,
    Draft,
    Folder,
    Found,
    GoneError,
    Imprint,
    Stored,
    Update,
)
from shared.identifiers import new_uid

THREADS = 16
Arguments = ParamSpec("Arguments")
Outcome = TypeVar("Outcome")


class LocalBlobs:
    """The storage folder, held open; several processes may hold the same one."""

    lingers: float | None = None

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.root = disk.root
        self.locks = KeyLocks(disk.root)
        self.presence = Presence(disk.root, new_uid())
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="blobs")

    async def close(self) -> None:
        """Finish what is under way and let go."""
        await asyncio.to_thread(self.pool.shutdown)
        self.presence.close()
        self.locks.close()
        os.close(self.root)

    async def _run(
        self,
        function: Callable[Arguments, Outcome],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Outcome:
        job = partial(function, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self.pool, job)

    @property
    def process(self) -> str:
        """See Blobs.process."""
        return self.presence.name

    async def is_alive(self, process: str) -> bool:
        """See Blobs.is_alive."""
        return self.presence.is_alive(process)

    def locked(self, folder: Folder, key: str) -> AbstractAsyncContextManager[None]:
        """See Blobs.locked."""
        return self.locks.held(f"{folder.repository_uid}/{key}")

    @asynccontextmanager
    async def drafting(
        self,
        folder: Folder,
        key: str,  # noqa: ARG002 -- named when it is published
        upload_id: str = "",  # noqa: ARG002
    ) -> AsyncIterator[Draft]:
        """See Blobs.drafting."""
        name = f"{self.process}.{new_uid()}".encode()
        file = DraftFile(self.disk, our_path(folder, TMP), name)
        draft = LocalDraft(self, file)
        try:
            yield draft
        finally:
            # A cancelled request leaves its thread at work on the file: it ends first.
            await asyncio.shield(draft.close())

    async def open(self, folder: Folder, key: str, place: str) -> LocalBlob:
        """See Blobs.open: inline, as a few microseconds cost less than a thread."""
        return open_blob(self.root, path_at(folder, key, place), place, self.pool)

    async def look(self, folder: Folder, key: str) -> Blob | None:
        """See Blobs.look: the plain place, then the other."""
        places = (PLAIN, HASHED) if is_plain(key.encode()) else (HASHED,)
        for place in places:
            try:
                return await self.open(folder, key, place)
            except GoneError:
                continue
        return None

    async def publish(
        self, folder: Folder, key: str, draft: Draft, before: Stored | None
    ) -> "LocalPublished":
        """See Blobs.publish."""
        file = cast("LocalDraft", draft).file
        placed = await self._run(publishing.publish, self.disk, folder, key, file, before)
        return LocalPublished(self, file, placed, placed.stored)

    def version_place(self, place: str, name: str) -> str:  # noqa: ARG002 -- all lie together
        """See Blobs.version_place."""
        return f"{VERSION}{name}"

    async def keep(self, folder: Folder, key: str, stored: Stored, name: str) -> Stored | None:
        """See Blobs.keep."""
        place = self.version_place(stored.place, name)
        return await self._run(publishing.keep, self.disk, folder, key, stored, place)

    async def restore(
        self, folder: Folder, key: str, version: Stored, before: Stored | None
    ) -> "LocalPublished":
        """See Blobs.restore."""
        name = f"{self.process}.{new_uid()}".encode()
        source = path_at(folder, key, version.place)
        file = VersionFile(self.disk, our_path(folder, TMP), name, source)
        try:
            placed = await self._run(publishing.restore, self.disk, folder, key, file, before)
        finally:
            file.close()
        return LocalPublished(self, file, placed, placed.stored)

    async def remove(self, folder: Folder, key: str, place: str) -> None:
        """See Blobs.remove."""
        await self._run(publishing.remove, self.disk, folder, key, place)

    async def exists(self, folder: Folder) -> bool:
        """See Blobs.exists."""
        # An area of ours tells nothing: drafts make it again.
        for path in (folder_path(folder), our_path(folder, KEYS)):
            try:
                os.close(os.open(path, FOLDER_FLAGS, dir_fd=self.root))
            except OSError:
                continue
            return True
        return False

    async def walk(self, folder: Folder) -> AsyncIterator[list[Found]]:
        """See Blobs.walk."""
        batches = walking.walk(self.root, folder)
        while (batch := await self._run(next, batches, None)) is not None:
            yield batch

    async def look_many(
        self, folder: Folder, places: Mapping[str, str]
    ) -> Mapping[str, Stored | None]:
        """See Blobs.look_many."""
        return await self._run(walking.all_stored, self.root, folder, places)

    async def keep_part(self, folder: Folder, upload_id: str, number: int, draft: Draft) -> str:
        """See Blobs.keep_part."""
        name = f"{number}-{new_uid()}"
        file = cast("LocalDraft", draft).file
        await self._run(parts.keep_part, self.disk, folder, upload_id, name, file)
        return name

    async def drop_part(self, folder: Folder, upload_id: str, name: str) -> None:
        """See Blobs.drop_part."""
        await self._run(parts.drop_part, self.disk, folder, upload_id, name)

    async def assemble(
        self, folder: Folder, upload_id: str, names: Sequence[str], draft: Draft
    ) -> None:
        """See Blobs.assemble."""
        file = cast("LocalDraft", draft).file
        await self._run(parts.assemble, self.disk, folder, upload_id, names, file)

    async def drop_upload(
        self,
        folder: Folder,
        upload_id: str,
        kept: Sequence[str] = (),  # noqa: ARG002 -- they were copied
    ) -> None:
        """See Blobs.drop_upload."""
        await self._run(parts.drop_upload, self.disk, folder, upload_id)

    async def uploads(self, within: Folder | None = None) -> list[tuple[Folder, str]]:
        """See Blobs.uploads."""
        return await self._run(lambda: list(parts.uploads(self.disk, within)))

    def upload_at(self, place: str) -> str:  # noqa: ARG002 -- parts were copied
        """See Blobs.upload_at."""
        return ""

    async def clear(self, folder: Folder) -> None:
        """See Blobs.clear."""
        await self._run(clear, self.disk, folder)

    async def sweep(self) -> int:
        """See Blobs.sweep."""
        return await self._run(sweep, self.disk, self.presence.is_alive)


class LocalDraft:
    """A draft file, whose work is done in the pool's threads one after another."""

    def __init__(self, blobs: LocalBlobs, file: DraftFile) -> None:
        self.file = file
        self._blobs = blobs
        self._working: asyncio.Future[None] | None = None

    def tell(self, told: bytes) -> None:
        """See Draft.tell."""
        self.file.told = told

    async def write(self, pieces: Sequence[Bytes], update: Update) -> None:
        """See Draft.write."""
        await self._run(partial(self.file.write, pieces, update))

    async def take(self, blob: Blob, start: int, end: int, update: Update | None = None) -> None:
        """See Draft.take."""
        source = cast("LocalBlob", blob).file
        await self._run(partial(self.file.copy, source, start, end, update))

    async def finish(
        self, pieces: Sequence[Bytes], update: Update, imprint: Callable[[], Imprint]
    ) -> None:
        """See Draft.finish."""
        await self._run(partial(self.file.finish, pieces, update, imprint))

    async def close(self) -> None:
        """Let go of the file, after the last thread that works on it."""
        if self._working is not None and not self._working.done():
            await asyncio.wait({self._working})
        if self.file.is_published:
            self.file.close()
        else:
            # Freeing the blocks of a large file takes its time.
            await self._run(self.file.close)

    async def _run(self, job: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._working = loop.run_in_executor(self._blobs.pool, job)
        await asyncio.shield(self._working)


@dataclass(slots=True)
class LocalPublished:
    """See Published."""

    blobs: LocalBlobs
    file: DraftFile
    placed: Placed
    stored: Stored

    async def settle(self) -> None:
        """See Published.settle."""
        if self.placed.old is None:
            return
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.blobs.pool, publishing.settle, self.blobs.disk, self.placed)

    async def undo(self, *, is_sure: bool = True) -> None:  # noqa: ARG002 -- the mark tells
        """See Published.undo: a record that was written after all is mended by the file."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(
            self.blobs.pool, publishing.undo, self.blobs.disk, self.file, self.placed
        )


async def open_local(folder: Path, *, fsync: str) -> LocalBlobs:
    """Open the storage folder, making it if missing; `fsync` is `always`, `data` or `off`."""
    return await asyncio.to_thread(_open, folder, fsync)


def _open(folder: Path, fsync: str) -> LocalBlobs:
    folder.mkdir(parents=True, exist_ok=True)
    root = os.open(folder, FOLDER_FLAGS)
    return LocalBlobs(probe(root, fsync))
