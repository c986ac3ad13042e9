"""The local store: files that people can browse, written so that a crash leaves no half of one."""

import contextlib
import os
import shutil
import stat as status_of
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from services.storage.blobs.folders import (
    NotInTheTree,
    make_folders,
    move_into,
    open_beneath,
    prune,
)
from services.storage.blobs.layout import AREA, Layout, is_plain
from services.storage.blobs.locks import KeyLocks
from services.storage.blobs.port import Feed
from services.storage.blobs.reading import OpenedFile
from services.storage.blobs.staging import StagedFile, stat_of
from services.storage.blobs.threads import in_thread
from services.storage.models import Place, Stat
from shared.identifiers import new_uid

KEY_ATTRIBUTE = "user.sc.key"
COPY_BYTES = 64 * 1024**2
Fsync = Literal["always", "data", "off"]


class LocalBlobs:
    """Blobs under one folder, shared by any number of processes of one host."""

    def __init__(self, root: Path, *, fsync: Fsync = "always", threads: int = 8) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.layout = Layout(root)
        self.sync_data = fsync != "off"
        self.sync_names = fsync == "always"
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="blobs")
        self.lock_files = ThreadPoolExecutor(32, thread_name_prefix="locks")
        self.locks = KeyLocks(self.layout.locks(), self.lock_files)
        self.folds_names = _folds_names(root / AREA)

    def close(self) -> None:
        """Finish what threads do, give files back."""
        self.pool.shutdown()
        self.lock_files.shutdown()
        self.locks.close()

    @asynccontextmanager
    async def staging(self, place: Place, feed: Feed) -> AsyncIterator[StagedFile]:
        """Room for new bytes; removed unless published."""
        folder = os.fsencode(self.layout.area(place, "tmp"))
        make_folders(folder, durable=self.sync_names)
        path = folder + b"/" + new_uid().encode()
        staged = StagedFile(path, feed, self.pool, sync=self.sync_data)
        try:
            yield staged
        finally:
            await staged.close()

    async def publish(self, place: Place, key: str, staged: StagedFile) -> bool:
        """Put staged bytes under a key, durably; whether they lie in the hashed area."""
        return await in_thread(self.pool, lambda: self._publish(place, key, staged))

    def _publish(self, place: Place, key: str, staged: StagedFile) -> bool:
        is_hashed = not self._fits_the_tree(place, key)
        if not is_hashed:
            try:
                move_into(staged.path, self.layout.plain(place, key), durable=self.sync_names)
            except NotInTheTree:
                is_hashed = True
        if is_hashed:
            with contextlib.suppress(OSError):
                os.setxattr(staged.descriptor, KEY_ATTRIBUTE, key.encode())
            move_into(staged.path, self.layout.hashed(place, key), durable=self.sync_names)
        staged.is_published = True
        return is_hashed

    def _fits_the_tree(self, place: Place, key: str) -> bool:
        if not is_plain(key):
            return False
        # A name that differs only by case or form would be another key's file.
        return not self.folds_names or not os.path.lexists(self.layout.plain(place, key))

    async def remove(self, place: Place, key: str, *, is_hashed: bool) -> None:
        """The bytes under a key are no more; none there is well."""
        await in_thread(self.pool, lambda: self._remove(place, key, is_hashed=is_hashed))

    def _remove(self, place: Place, key: str, *, is_hashed: bool) -> None:
        path = self._path(place, key, is_hashed=is_hashed)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            os.unlink(path)
        if not is_hashed:
            prune(os.path.dirname(path), self.layout.tree(place))

    def _path(self, place: Place, key: str, *, is_hashed: bool) -> bytes:
        return self.layout.hashed(place, key) if is_hashed else self.layout.plain(place, key)

    def open(self, place: Place, key: str, *, is_hashed: bool) -> OpenedFile | None:
        """The bytes under a key, None where there are none."""
        path = self._path(place, key, is_hashed=is_hashed)
        inside = path.removeprefix(os.fsencode(self.layout.root) + b"/")
        descriptor = open_beneath(self.layout.root, inside)
        if descriptor is None:
            return None
        if not status_of.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return None
        return OpenedFile(descriptor, self.pool)

    def locked(self, place: Place, key: str) -> AbstractAsyncContextManager[None]:
        """One change of a key at a time, over all processes of this store."""
        return self.locks.locked(f"{place.repository_uid}/{key}")

    async def keep_part(
        self, place: Place, upload_id: str, number: int, staged: StagedFile
    ) -> None:
        """Put staged bytes aside as one part of an upload."""
        target = self.layout.part(place, upload_id, number)
        await in_thread(self.pool, lambda: move_into(staged.path, target, durable=self.sync_names))
        staged.is_published = True

    @asynccontextmanager
    async def assembled(
        self, place: Place, upload_id: str, numbers: Sequence[int]
    ) -> AsyncIterator[StagedFile]:
        """The parts as one staged object, copied within the kernel."""
        parts = [self.layout.part(place, upload_id, number) for number in numbers]
        async with self.staging(place, _ignore) as staged:
            for part in parts:
                staged.size += await in_thread(self.pool, partial(append, part, staged.descriptor))
            yield staged

    async def drop_parts(self, place: Place, upload_id: str) -> None:
        """The parts of an upload are needed no more."""
        folder = self.layout.area(place, "mpu") / upload_id
        await in_thread(self.pool, lambda: shutil.rmtree(folder, ignore_errors=True))

    async def walk(self, place: Place) -> AsyncIterator[tuple[str, bool, Stat]]:
        """Every key of a repository that bytes lie under."""
        for found in await in_thread(self.pool, lambda: list(self._walk(place))):
            yield found

    def _walk(self, place: Place) -> Iterator[tuple[str, bool, Stat]]:
        tree = os.fsencode(self.layout.tree(place))
        for path in _files(tree):
            with contextlib.suppress(UnicodeDecodeError, OSError):
                yield path[len(tree) + 1 :].decode(), False, _stat_at(path)
        for path in _files(os.fsencode(self.layout.area(place, "keys"))):
            with contextlib.suppress(OSError):
                yield os.getxattr(path, KEY_ATTRIBUTE).decode(), True, _stat_at(path)

    async def sweep(self, older_than_seconds: float) -> int:
        """Remove what was staged and left behind; how many."""
        return await in_thread(self.pool, lambda: self._sweep(time.time() - older_than_seconds))

    def _sweep(self, before: float) -> int:
        swept = 0
        for path in (self.layout.root / AREA).glob("*/*/tmp/*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    swept += 1
        return swept


def append(part: bytes, descriptor: int) -> int:
    """Copy a file behind what is in another; how many bytes. FileNotFoundError without it."""
    source = os.open(part, os.O_RDONLY)
    copied = 0
    try:
        while count := os.copy_file_range(source, descriptor, COPY_BYTES):
            copied += count
    finally:
        os.close(source)
    return copied


def _ignore(_: object) -> None:
    """Parts were hashed when they came."""


def _files(folder: bytes) -> Iterator[bytes]:
    for path, _, names in os.walk(folder):
        for name in names:
            yield path + b"/" + name


def _stat_at(path: bytes) -> Stat:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        return stat_of(descriptor)
    finally:
        os.close(descriptor)


def _folds_names(area: Path) -> bool:
    """Whether this file system takes two spellings for one name (SMB, macOS)."""
    area.mkdir(parents=True, exist_ok=True)
    probe = area / "Probe"
    probe.touch()
    try:
        return (area / "probe").exists()
    finally:
        probe.unlink(missing_ok=True)
