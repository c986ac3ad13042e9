"""Where a store's wrapped key lies: beside the files that are sealed, or in their bucket."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.local.descent import FOLDER_FLAGS
from services.storage.blobs.local.locks import try_lock
from services.storage.blobs.port import GoneError
from shared.keyfile import KeyFileError

WRAPPED = ".key"
IN_BUCKET = "=key"


class SealingError(KeyFileError):
    """What is sealed cannot be opened, or nothing can be sealed; the text says why."""


class Keeping(Protocol):
    """The wrapped key of one store. `where` is for people."""

    where: str

    async def read(self) -> bytes | None:
        """None where there is none."""
        ...

    async def is_used(self) -> bool:
        """Whether anything lies sealed beside it."""
        ...

    async def create(self, wrapped: bytes) -> None:
        """The first key of a store. Of several processes one comes first, and its key stays."""
        ...

    async def replace(self, wrapped: bytes) -> None:
        """The same key wrapped anew, in one step."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Nobody else rotates meanwhile. Raises SealingError."""
        ...


class InFolder:
    """A file among the sealed ones; each step is on the disk before the next."""

    def __init__(self, folder: Path) -> None:
        self.where = str(folder)
        self._folder = folder

    async def read(self) -> bytes | None:
        """See Keeping.read."""
        path = self._folder / WRAPPED
        return await asyncio.to_thread(lambda: path.read_bytes() if path.exists() else None)

    async def is_used(self) -> bool:
        """See Keeping.is_used: what a start that was killed left of the key itself is nothing."""
        return await asyncio.to_thread(
            lambda: (
                self._folder.is_dir()
                and any(not one.name.startswith(WRAPPED) for one in self._folder.iterdir())
            )
        )

    async def create(self, wrapped: bytes) -> None:
        """See Keeping.create."""
        await asyncio.to_thread(self._create, wrapped)

    async def replace(self, wrapped: bytes) -> None:
        """See Keeping.replace."""
        await asyncio.to_thread(self._replace, wrapped)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """See Keeping.alone."""
        with alone_in(self._folder):
            yield

    def _create(self, wrapped: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._write(wrapped)
        try:
            # A link fails where a rename would replace the key that another process just made.
            with suppress(FileExistsError):
                (self._folder / WRAPPED).hardlink_to(draft)
        finally:
            draft.unlink()
        sync(self._folder)
        sync(self._folder.parent)

    def _replace(self, wrapped: bytes) -> None:
        self._write(wrapped).replace(self._folder / WRAPPED)
        sync(self._folder)

    def _write(self, content: bytes) -> Path:
        """A file with this content that is on the disk, under a name of its own."""
        draft = self._folder / f"{WRAPPED}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return draft


class InBucket:
    """An object below the prefix of what is sealed, for all processes of all hosts."""

    def __init__(self, bucket: Bucket, where: str) -> None:
        self.where = where
        self._bucket = bucket
        # Of what was read last.
        self._mark = ""

    async def read(self) -> bytes | None:
        """See Keeping.read."""
        try:
            wrapped, self._mark = await self._bucket.get(IN_BUCKET)
        except GoneError:
            return None
        return wrapped

    async def is_used(self) -> bool:
        """See Keeping.is_used."""
        return bool(await self._bucket.folders(None))

    async def create(self, wrapped: bytes) -> None:
        """See Keeping.create."""
        await self._bucket.put_first(IN_BUCKET, wrapped)

    async def replace(self, wrapped: bytes) -> None:
        """See Keeping.replace. Raises SealingError where another rotation came first."""
        if not await self._bucket.put_over(IN_BUCKET, wrapped, self._mark):
            raise SealingError("Another rotation came first, and nothing was changed by this one.")

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """See Keeping.alone: that is found out when the key is replaced."""
        yield


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other rotation has to do with this folder meanwhile. Raises SealingError."""
    try:
        lock = os.open(folder, FOLDER_FLAGS)
    except OSError as error:
        raise SealingError(f"{folder} cannot be opened: {error.strerror}.") from error
    try:
        if not try_lock(lock):
            raise SealingError("Another rotation is under way.")
        yield
    finally:
        os.close(lock)


def sync(folder: Path) -> None:
    """What was named in a folder is on the disk."""
    descriptor = os.open(folder, FOLDER_FLAGS)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
