"""Who writes a key now: striped locks, held across tasks and processes; and which processes live.

A stripe is an asyncio lock for the tasks of this process and a flock for the others. The flock is
polled, never waited for in a thread: waiters would fill the pool that the holder needs to go on.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from zlib import crc32

from services.storage.blobs.local.descent import make_folders, open_beneath
from services.storage.blobs.local.naming import OURS

STRIPES = 1024
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.0005, 0.01
LOCKS = OURS + b"/locks"
PROCESSES = OURS + b"/processes"


class KeyLocks:
    """The stripes of one installation, as this process holds them."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._locks: dict[int, asyncio.Lock] = {}
        self._files: dict[int, int] = {}
        make_folders(root, LOCKS, is_durable=False)

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[None]:
        """Hold the stripe of a name; two names may share one, so never nest it."""
        stripe = crc32(name.encode()) % STRIPES
        lock = self._locks.setdefault(stripe, asyncio.Lock())
        async with lock:
            descriptor = self._file(stripe)
            await _lock(descriptor)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the files."""
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files.clear()

    def _file(self, stripe: int) -> int:
        descriptor = self._files.get(stripe)
        if descriptor is None:
            path = b"%b/%d" % (LOCKS, stripe)
            descriptor = open_beneath(self._root, path, os.O_RDWR | os.O_CREAT, 0o600)
            self._files[stripe] = descriptor
        return descriptor


async def _lock(descriptor: int) -> None:
    pause = FIRST_PAUSE_SECONDS
    while not try_lock(descriptor):
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def try_lock(descriptor: int) -> bool:
    """Take a flock if nobody else has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Presence:
    """A file that is locked for as long as this process lives: a kill lets go of it."""

    def __init__(self, root: int, name: str) -> None:
        self.name = name
        self._root = root
        make_folders(root, PROCESSES, is_durable=False)
        # Locked before it has its name, so that nobody finds it unlocked.
        draft = b"%b/.%b" % (PROCESSES, name.encode())
        self._file = open_beneath(root, draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try_lock(self._file)
        os.rename(draft, _presence_path(name), src_dir_fd=root, dst_dir_fd=root)

    def is_alive(self, name: str) -> bool:
        """Whether the process of this name lives; the file of a dead one is removed."""
        if name == self.name:
            return True
        try:
            descriptor = open_beneath(self._root, _presence_path(name), os.O_RDWR)
        except OSError:
            return False
        try:
            if not try_lock(descriptor):
                return True
            with suppress(OSError):
                os.unlink(_presence_path(name), dir_fd=self._root)
            return False
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """The process goes in order."""
        with suppress(OSError):
            os.unlink(_presence_path(self.name), dir_fd=self._root)
        os.close(self._file)


def _presence_path(name: str) -> bytes:
    if not name.isalnum():
        raise ValueError(f"{name!r} names no process")
    return b"%b/%b" % (PROCESSES, name.encode())
