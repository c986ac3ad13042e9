"""One change of a key at a time, in this process and over all processes of a store.

Keys share 256 lock files; a lock is held for a rename and a commit, never for a body.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from zlib import crc32

STRIPES = 256


class KeyLocks:
    """The locks of one store."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._pool = pool
        self._here = [asyncio.Lock() for _ in range(STRIPES)]
        self._files: dict[int, int] = {}

    @asynccontextmanager
    async def locked(self, name: str) -> AsyncIterator[None]:
        """Hold the lock of a name."""
        stripe = crc32(name.encode()) % STRIPES
        async with self._here[stripe]:
            descriptor = self._file(stripe)
            await self._lock(descriptor)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    async def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._pool, fcntl.flock, descriptor, fcntl.LOCK_EX)

    def _file(self, stripe: int) -> int:
        if stripe not in self._files:
            path = self._folder / f"{stripe:03d}"
            self._files[stripe] = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
        return self._files[stripe]

    def close(self) -> None:
        """Give the lock files back."""
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files.clear()
