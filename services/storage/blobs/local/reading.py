"""An opened file: read inline while the page cache has it, in a thread where the disk must move."""

import asyncio
import os
import stat
from concurrent.futures import Executor

from services.storage.blobs.local.descent import MISSING, open_beneath
from services.storage.blobs.local.drafts import feed_file
from services.storage.blobs.local.imprints import mark_of, read_imprint
from services.storage.blobs.port import Bytes, GoneError, Imprint, Update

STRETCH_BYTES = 1024**2
NOWAIT: int = getattr(os, "RWF_NOWAIT", 0)


class LocalBlob:
    """One file, held open; it stays as it is when its key gets another file."""

    __slots__ = ("_pool", "_status", "file", "mark", "place", "size")

    def __init__(self, file: int, place: str, pool: Executor) -> None:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            os.close(file)
            raise GoneError
        self.file = file
        self.place = place
        self.size = status.st_size
        self.mark = mark_of(status)
        self._status = status
        self._pool = pool

    @property
    def modified_ms(self) -> int:
        """See Blob.modified_ms."""
        return self._status.st_mtime_ns // 1_000_000

    @property
    def appeared_us(self) -> int:
        """See Blob.appeared_us."""
        return self._status.st_ctime_ns // 1000

    def imprint(self) -> Imprint | None:
        """See Blob.imprint."""
        return read_imprint(self.file)

    async def expect(self, start: int, end: int) -> None:
        """See Blob.expect: it is at hand."""

    async def read(self, offset: int, size: int) -> Bytes:
        """See Blob.read."""
        buffer = bytearray(size)
        try:
            if os.preadv(self.file, (buffer,), offset, NOWAIT) == size:
                return buffer
        except OSError:
            # Not in the page cache, or a file system that cannot tell.
            pass
        # Nor is a short answer the end: the rest may be on the disk.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, os.pread, self.file, size, offset)

    async def read_again(self, offset: int, size: int) -> Bytes:
        """See Blob.read_again."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, self._read_from_disk, offset, size)

    def _read_from_disk(self, offset: int, size: int) -> bytes:
        """Past the page cache, which holds afterwards what it held before. Blocks."""
        if not hasattr(os, "posix_fadvise"):
            return os.pread(self.file, size, offset)
        was_at_hand = self.at_hand(offset, size) is not None
        # Nothing is read ahead: it would look as if somebody else had read it.
        os.posix_fadvise(self.file, 0, 0, os.POSIX_FADV_RANDOM)
        os.posix_fadvise(self.file, offset, size, os.POSIX_FADV_DONTNEED)
        piece = os.pread(self.file, size, offset)
        if not was_at_hand:
            os.posix_fadvise(self.file, offset, size, os.POSIX_FADV_DONTNEED)
        return piece

    def at_hand(self, offset: int, size: int) -> int | None:
        """See Blob.at_hand: of each stretch a byte is asked for, as the kernel forgets in runs."""
        if not NOWAIT:
            return None
        byte, last = (bytearray(1),), offset + size - 1
        try:
            for place in (*range(offset, last, STRETCH_BYTES), last):
                if not os.preadv(self.file, byte, place, NOWAIT):
                    return None
        except OSError:
            return None
        return self.file

    async def feed(self, update: Update) -> None:
        """See Blob.feed."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._pool, feed_file, self.file, 0, self.size, update)

    def close(self) -> None:
        """See Blob.close."""
        os.close(self.file)


def open_blob(root: int, path: bytes, place: str, pool: Executor) -> LocalBlob:
    """Open a file for reading. Raises GoneError where there is none, or no plain file."""
    try:
        # A pipe that someone put there must not hold us up.
        file = open_beneath(root, path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in MISSING:
            raise GoneError from error
        raise
    return LocalBlob(file, place, pool)
