"""The store's key, made once, and what wraps it: a key file, which can be another from now on.

Only the wrapped key is written anew then; no object is touched, and no process need notice.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from services.storage.blobs.sealed.ciphers import (
    STORE_KEY_BYTES,
    BrokenError,
    StoreKey,
    unwrap,
    wrap,
)
from services.storage.blobs.sealed.keeping import Keeping, SealingError, alone_in, sync
from shared.keyfile import derive, make_key, read_key

LABEL = "sealing/bytes/v1"
# What was wrapped by no key file begins so.
BY_KMS = b"coop-kms-1\0"
Keep = Callable[[bytes], Awaitable[None]]


class Wrapping(Protocol):
    """Whoever holds the key of the store's key: a file, or a service that never tells it."""

    async def wrap(self, store_key: bytes) -> bytes:
        """As it may lie anywhere. Raises KeyFileError."""
        ...

    async def unwrap(self, wrapped: bytes) -> bytes:
        """The store's key. Raises KeyFileError where it is out of reach or not the one."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else puts another in its place meanwhile. Raises SealingError."""
        ...

    async def rotate(self, wrapped: bytes, keep: Keep) -> str:
        """Have it kept as another key wraps it, and tell what is to be done with that one.

        At every moment what is kept opens, whenever this is killed. Raises KeyFileError.
        """
        ...


class KeyFile:
    """A file of 32 random bytes that its owner alone may read, made where there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # What a rotation is about to put in its place.
        self._new = path.with_name(f"{path.name}.new")

    async def wrap(self, store_key: bytes) -> bytes:
        """See Wrapping.wrap."""
        return await asyncio.to_thread(self._wrap, store_key)

    async def unwrap(self, wrapped: bytes) -> bytes:
        """See Wrapping.unwrap."""
        return await asyncio.to_thread(self._unwrap, wrapped)

    def alone(self) -> AbstractContextManager[None]:
        """See Wrapping.alone: of two new files in one place the second would open nothing."""
        return alone_in(self._path.parent)

    async def rotate(self, wrapped: bytes, keep: Keep) -> str:
        """See Wrapping.rotate: one of the two files is always there that opens it."""
        await keep(await asyncio.to_thread(self._begin, wrapped))
        await asyncio.to_thread(self._finish)
        return (
            f"{self._path} is a new key, and the old one opens nothing from now on. "
            "Keep a copy of it apart."
        )

    def _wrap(self, store_key: bytes) -> bytes:
        if not self._path.exists():
            make_key(self._path)
            sync(self._path.parent)
        return wrap(_key(self._path), store_key)

    def _unwrap(self, wrapped: bytes) -> bytes:
        """By the key file, or by the one that a rotation was about to put in its place."""
        if wrapped.startswith(BY_KMS):
            raise SealingError(
                "A KMS wraps the key of what is sealed: set COOP_STORAGE__SEALING_KMS."
            )
        candidates = [one for one in (self._path, self._new) if one.exists()]
        if not candidates:
            raise SealingError(
                f"The key file {self._path} is missing, without which nothing sealed opens."
            )
        for one in candidates:
            if (store_key := _opened_by(one, wrapped)) is not None:
                return store_key
        raise SealingError(
            f"The key file {self._path} is not the one that what is sealed opens by."
        )

    def _begin(self, wrapped: bytes) -> bytes:
        """A new file beside the old one; the store's key as that wraps it."""
        store_key = self._unwrap(wrapped)
        if self._new.exists() and _opened_by(self._new, wrapped) is not None:
            # One before us died between its last two steps.
            self._new.replace(self._path)
        self._new.unlink(missing_ok=True)
        make_key(self._new)
        sync(self._new.parent)
        return wrap(_key(self._new), store_key)

    def _finish(self) -> None:
        self._new.replace(self._path)
        sync(self._path.parent)


async def open_store_key(keeping: Keeping, wrapping: Wrapping) -> StoreKey:
    """The key of a store, which is made where nothing was sealed yet. Raises KeyFileError."""
    wrapped = await keeping.read()
    if wrapped is None:
        wrapped = await _made(keeping, wrapping)
    return StoreKey(await wrapping.unwrap(wrapped))


async def rotate(keeping: Keeping, wrapping: Wrapping) -> str:
    """Wrap the store's key anew; what is to be told of it. Raises KeyFileError."""
    if await keeping.read() is None:
        raise SealingError(f"Nothing is sealed in {keeping.where}.")
    with wrapping.alone():
        async with keeping.alone():
            wrapped = await keeping.read()
            return await wrapping.rotate(wrapped or b"", keeping.replace)


async def _made(keeping: Keeping, wrapping: Wrapping) -> bytes:
    is_used = await keeping.is_used()
    wrapped = await keeping.read()
    if wrapped is not None:
        # Another process made it since; it did so before all else.
        return wrapped
    if is_used:
        raise SealingError(f"The key in {keeping.where} is missing, without which nothing opens.")
    await keeping.create(await wrapping.wrap(secrets.token_bytes(STORE_KEY_BYTES)))
    return await keeping.read() or b""


def _key(path: Path) -> bytes:
    return derive(read_key(path), LABEL, STORE_KEY_BYTES)


def _opened_by(path: Path, wrapped: bytes) -> bytes | None:
    try:
        return unwrap(_key(path), wrapped)
    except BrokenError:
        return None
