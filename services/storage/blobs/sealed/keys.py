"""The store's key, made once, and what wraps it: a key file, which can be another from now on.

Only the wrapped key is written anew then; no object is touched, and no process need notice.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from services.storage.blobs.local.descent import FOLDER_FLAGS
from services.storage.blobs.local.locks import try_lock
from services.storage.blobs.sealed.ciphers import (
    STORE_KEY_BYTES,
    BrokenError,
    StoreKey,
    unwrap,
    wrap,
)
from shared.keyfile import KeyFileError, derive, make_key, read_key

WRAPPED = ".key"
LABEL = "sealing/bytes/v1"


class SealingError(KeyFileError):
    """What is sealed cannot be opened, or nothing can be sealed; the text says why."""


class Wrapping(Protocol):
    """Whoever holds the key of the store's key: a file, or a service that never tells it."""

    def wrap(self, store_key: bytes) -> bytes:
        """As it may lie on a disk."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises BrokenError where it was wrapped by another."""
        ...


class KeyFile:
    """A file of 32 random bytes that its owner alone may read. Raises KeyFileError."""

    def __init__(self, path: Path) -> None:
        self._key = derive(read_key(path), LABEL, STORE_KEY_BYTES)

    def wrap(self, store_key: bytes) -> bytes:
        """See Wrapping.wrap."""
        return wrap(self._key, store_key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """See Wrapping.unwrap."""
        return unwrap(self._key, wrapped)


def is_sealed(folder: Path) -> bool:
    """Whether anything was ever sealed in this folder."""
    return folder.is_dir() and any(folder.iterdir())


def open_store_key(folder: Path, key_file: Path) -> StoreKey:
    """The key of a store, which is made where nothing was sealed yet. Raises KeyFileError."""
    if not (folder / WRAPPED).exists():
        _make_store_key(folder, key_file)
    return StoreKey(_unwrapped(folder, key_file))


def rotate(folder: Path, key_file: Path) -> None:
    """Wrap the store's key by a new key file in the place of the old. Raises KeyFileError.

    At every moment one of the two files is there that opens it, whenever this is killed.
    """
    if not (folder / WRAPPED).exists():
        raise SealingError(f"Nothing is sealed in {folder.parent}.")
    lock = os.open(folder, FOLDER_FLAGS)
    try:
        if not try_lock(lock):
            raise SealingError("Another rotation is under way.")
        store_key, new = _unwrapped(folder, key_file), _new(key_file)
        if new.exists() and _opened_by(new, folder) is not None:
            # One before us died between its last two steps.
            new.replace(key_file)
        new.unlink(missing_ok=True)
        make_key(new)
        _sync(new.parent)
        _write(folder, KeyFile(new).wrap(store_key)).replace(folder / WRAPPED)
        _sync(folder)
        new.replace(key_file)
        _sync(key_file.parent)
    finally:
        os.close(lock)


def _make_store_key(folder: Path, key_file: Path) -> None:
    is_used = is_sealed(folder) and any(not _is_ours(one) for one in folder.iterdir())
    # Another process may have made it since; it did so before all else.
    if is_used and not (folder / WRAPPED).exists():
        raise SealingError(f"{folder / WRAPPED} is missing, without which nothing there opens.")
    folder.mkdir(parents=True, exist_ok=True)
    if not key_file.exists():
        make_key(key_file)
        _sync(key_file.parent)
    draft = _write(folder, KeyFile(key_file).wrap(secrets.token_bytes(STORE_KEY_BYTES)))
    try:
        # A link fails where a rename would replace the key that another process just made.
        with suppress(FileExistsError):
            (folder / WRAPPED).hardlink_to(draft)
    finally:
        draft.unlink()
    _sync(folder)
    _sync(folder.parent)


def _unwrapped(folder: Path, key_file: Path) -> bytes:
    """By the key file, or by the one that a rotation was about to put in its place."""
    candidates = [one for one in (key_file, _new(key_file)) if one.exists()]
    if not candidates:
        raise SealingError(
            f"The key file {key_file} is missing, without which nothing in {folder} opens."
        )
    for one in candidates:
        if (store_key := _opened_by(one, folder)) is not None:
            return store_key
    raise SealingError(f"The key file {key_file} is not the one that what is in {folder} opens by.")


def _opened_by(key_file: Path, folder: Path) -> bytes | None:
    try:
        return KeyFile(key_file).unwrap((folder / WRAPPED).read_bytes())
    except BrokenError:
        return None


def _is_ours(path: Path) -> bool:
    """Whether it is the wrapped key, or what a start that was killed left of it."""
    return path.name.startswith(WRAPPED)


def _new(key_file: Path) -> Path:
    return key_file.with_name(f"{key_file.name}.new")


def _write(folder: Path, content: bytes) -> Path:
    """A file with this content that is on the disk, under a name of its own."""
    draft = folder / f"{WRAPPED}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return draft


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, FOLDER_FLAGS)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
