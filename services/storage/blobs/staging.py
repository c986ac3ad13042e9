"""Bytes on their way into the local store: written and hashed in threads, a batch behind.

While a thread writes one batch the loop receives the next; two batches are all that is held.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from services.storage.blobs.port import Bytes, Feed
from services.storage.blobs.threads import in_thread
from services.storage.models import Stat

BATCH_BYTES = 1024**2


class StagedFile:
    """A file of its own until it is published."""

    def __init__(self, path: bytes, feed: Feed, pool: ThreadPoolExecutor, *, sync: bool) -> None:
        self.path = path
        self.size = 0
        self.is_published = False
        self._feed = feed
        self._pool = pool
        self._sync = sync
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o644)
        self._batch: list[Bytes] = []
        self._batch_bytes = 0
        self._writing: asyncio.Future[None] | None = None

    @property
    def descriptor(self) -> int:
        """For those who copy within the kernel."""
        return self._descriptor

    async def write(self, pieces: Sequence[Bytes]) -> None:
        """Take the next bytes; returns when it can take more. Raises Unavailable (disk full)."""
        for piece in pieces:
            self._batch.append(piece)
            self._batch_bytes += len(piece)
        if self._batch_bytes >= BATCH_BYTES:
            await self._flush()

    async def finish(self) -> Stat:
        """All bytes are there: make them durable, tell what identifies them."""
        await self._settle()
        batch, self._batch = self._batch, []
        return await in_thread(self._pool, lambda: self._finish(batch))

    async def _flush(self) -> None:
        await self._settle()
        batch, self._batch, self._batch_bytes = self._batch, [], 0
        self._writing = asyncio.ensure_future(in_thread(self._pool, lambda: self._store(batch)))

    async def _settle(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            await writing

    def _store(self, batch: Sequence[Bytes]) -> None:
        for piece in batch:
            write_all(self._descriptor, piece)
            self._feed(piece)
            self.size += len(piece)

    def _finish(self, batch: Sequence[Bytes]) -> Stat:
        self._store(batch)
        if self._sync:
            os.fsync(self._descriptor)
        return stat_of(self._descriptor)

    async def close(self) -> None:
        """Wait for what is being written; the file goes unless it was published."""
        if self._writing is not None:
            await asyncio.wait({self._writing})
            self._writing.exception()
        os.close(self._descriptor)
        if not self.is_published:
            os.unlink(self.path)


def write_all(descriptor: int, piece: Bytes) -> None:
    """Write every byte; a full disk may take only some at first."""
    view = memoryview(piece)
    while view:
        view = view[os.write(descriptor, view) :]


def stat_of(descriptor: int) -> Stat:
    """What identifies an open file."""
    status = os.fstat(descriptor)
    return Stat(status.st_size, status.st_mtime_ns, status.st_ino)
