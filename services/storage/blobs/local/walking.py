"""Everything that lies in a repository's two places, found by walking. All of it blocks."""

import os
import stat
from collections.abc import Iterator, Mapping

from services.storage.blobs.local.descent import (
    FOLDER_FLAGS,
    MISSING,
    folder_opened,
    open_beneath,
)
from services.storage.blobs.local.imprints import KEY_ATTRIBUTE, mark_of, read_attribute
from services.storage.blobs.local.naming import (
    HASHED,
    KEY_SUFFIX,
    KEYS,
    PLAIN,
    folder_path,
    hashed_path,
    our_path,
    path_at,
)
from services.storage.blobs.port import Folder, Found, Stored
from shared.identifiers import check_key

BATCH = 500


def walk(root: int, folder: Folder) -> Iterator[list[Found]]:
    """All files, some at a time. Links, devices and names that can be no key are left out."""
    batch: list[Found] = []
    for found in _everything(root, folder):
        batch.append(found)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def all_stored(root: int, folder: Folder, places: Mapping[str, str]) -> dict[str, Stored | None]:
    """What lies at the place of each key now."""
    return {
        key: stored_at(root, path_at(folder, key, place), place) for key, place in places.items()
    }


def stored_at(root: int, path: bytes, place: str) -> Stored | None:
    """What lies at this path, which is called so; None where no plain file does."""
    try:
        file = open_beneath(root, path, getattr(os, "O_PATH", os.O_RDONLY))
    except OSError as error:
        if error.errno in MISSING:
            return None
        raise
    try:
        status = os.fstat(file)
    finally:
        os.close(file)
    return Stored(place, mark_of(status)) if stat.S_ISREG(status.st_mode) else None


def _everything(root: int, folder: Folder) -> Iterator[Found]:
    for name, status in _files(root, folder_path(folder)):
        if (key := _key(name)) is not None:
            yield Found(key, Stored(PLAIN, mark_of(status)), status.st_ctime_ns // 1000)
    for name, status in _files(root, our_path(folder, KEYS)):
        if not name.endswith(KEY_SUFFIX) and (key := _hashed_key(root, folder, name)) is not None:
            yield Found(key, Stored(HASHED, mark_of(status)), status.st_ctime_ns // 1000)


def _files(root: int, top: bytes) -> Iterator[tuple[bytes, os.stat_result]]:
    """Path below `top` and status of every plain file, folder by folder."""
    waiting = [b""]
    while waiting:
        prefix = waiting.pop()
        try:
            descriptor = open_beneath(root, (top + b"/" + prefix).rstrip(b"/"), FOLDER_FLAGS)
        except OSError:
            continue
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    path = prefix + os.fsencode(entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path + b"/")
                    elif entry.is_file(follow_symlinks=False):
                        yield path, entry.stat(follow_symlinks=False)
        finally:
            os.close(descriptor)


def _hashed_key(root: int, folder: Folder, name: bytes) -> str | None:
    """The key that hashes to this name; None where it is not told or told wrongly."""
    path = our_path(folder, KEYS, name)
    with folder_opened(root, path.rpartition(b"/")[0]) as opened:
        file = os.open(path.rpartition(b"/")[2], os.O_RDONLY, dir_fd=opened)
        try:
            raw = read_attribute(file, KEY_ATTRIBUTE)
        finally:
            os.close(file)
        raw = raw if raw is not None else _key_file(opened, path.rpartition(b"/")[2] + KEY_SUFFIX)
    key = _key(raw or b"")
    return key if key is not None and hashed_path(folder, key) == path else None


def _key_file(folder: int, name: bytes) -> bytes | None:
    try:
        file = os.open(name, os.O_RDONLY, dir_fd=folder)
    except OSError:
        return None
    try:
        return os.read(file, 2048)
    finally:
        os.close(file)


def _key(raw: bytes) -> str | None:
    try:
        return check_key(raw.decode())
    except ValueError:
        return None
