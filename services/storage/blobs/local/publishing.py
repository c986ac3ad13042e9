"""Giving a draft its key, taking that back, and removing keys. All of it blocks.

Whoever calls holds the key's lock. Folders are made and pruned by others meanwhile, under other
keys' locks, so a folder that was there a moment ago may be gone: then it is made again.
"""

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass

from services.storage.blobs.local.descent import MISSING, folder_opened, make_folders
from services.storage.blobs.local.disk import Disk, room_needed
from services.storage.blobs.local.drafts import DraftFile, VersionFile
from services.storage.blobs.local.imprints import (
    KEY_ATTRIBUTE,
    TOLD_ATTRIBUTE,
    mark_of,
    write_attribute,
)
from services.storage.blobs.local.naming import (
    HASHED,
    KEY_SUFFIX,
    PLAIN,
    folder_path,
    is_plain,
    path_at,
)
from services.storage.blobs.local.walking import stored_at
from services.storage.blobs.port import Folder, GoneError, Stored

ATTEMPTS = 8
# What a plain key meets where another key is in its way.
TAKEN = frozenset((errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG))


class TakenError(Exception):
    """The plain path of a key is another key's folder, or leads through another key's file."""


@dataclass(slots=True)
class Placed:
    """A draft that has its key; `old` is the name in `tmp/` of what was there before."""

    path: bytes
    stored: Stored
    old: bytes | None


def publish(
    disk: Disk, folder: Folder, key: str, draft: DraftFile, before: Stored | None
) -> Placed:
    """Give the draft its key. A key stays where it is; a new one lies plain if it can."""
    place = HASHED if before is not None and before.place == HASHED else PLAIN
    if draft.told:
        write_attribute(draft.file, TOLD_ATTRIBUTE, draft.told)
    if place == PLAIN and is_plain(key.encode()):
        try:
            return _place(disk, draft, path_at(folder, key, PLAIN), PLAIN)
        except TakenError:
            pass
    path = path_at(folder, key, HASHED)
    if not write_attribute(draft.file, KEY_ATTRIBUTE, key.encode()):
        _write_key_file(disk, path + KEY_SUFFIX, key)
    return _place(disk, draft, path, HASHED)


def keep(disk: Disk, folder: Folder, key: str, stored: Stored, place: str) -> Stored | None:
    """Give the file of a key a second name at `place`, unless it has that since a crash."""
    path, target = path_at(folder, key, stored.place), path_at(folder, key, place)
    kept = stored_at(disk.root, target, place)
    if kept is not None and kept.mark == stored.mark:
        return kept
    parent, _, name = target.rpartition(b"/")
    _make_parents(disk, parent)
    with folder_opened(disk.root, parent) as opened, suppress(FileNotFoundError):
        os.unlink(name, dir_fd=opened)
    source, _, old_name = path.rpartition(b"/")
    try:
        with folder_opened(disk.root, source) as old, folder_opened(disk.root, parent) as new:
            with room_needed():
                os.link(old_name, name, src_dir_fd=old, dst_dir_fd=new, follow_symlinks=False)
            disk.sync_names(new)
    except OSError as error:
        if error.errno in MISSING:
            return None
        raise
    return stored_at(disk.root, target, place)


def restore(
    disk: Disk, folder: Folder, key: str, file: VersionFile, before: Stored | None
) -> Placed:
    """Give the file of a version its key. Raises GoneError."""
    try:
        _ = file.file
    except OSError as error:
        if error.errno in MISSING:
            raise GoneError from error
        raise
    return publish(disk, folder, key, file, before)


def undo(disk: Disk, draft: DraftFile, placed: Placed) -> None:
    """Put back what was there; the draft keeps a name in `tmp/`."""
    parent, _, name = placed.path.rpartition(b"/")
    with folder_opened(disk.root, parent) as folder:
        draft.take_back(folder, name)
        if placed.old is not None:
            os.replace(placed.old, name, src_dir_fd=disk.root, dst_dir_fd=folder)
        disk.sync_names(folder)


def settle(disk: Disk, placed: Placed) -> None:
    """Let go of what was there before."""
    if placed.old is not None:
        with suppress(OSError):
            os.unlink(placed.old, dir_fd=disk.root)


def remove(disk: Disk, folder: Folder, key: str, place: str) -> None:
    """Remove a key's file, its key file, and the folders that are empty now."""
    path = path_at(folder, key, place)
    parent, _, name = path.rpartition(b"/")
    try:
        with folder_opened(disk.root, parent) as opened:
            os.unlink(name, dir_fd=opened)
            if place == HASHED:
                with suppress(OSError):
                    os.unlink(name + KEY_SUFFIX, dir_fd=opened)
            disk.sync_names(opened)
    except OSError as error:
        if error.errno not in TAKEN | {errno.ENOENT}:
            raise
        return
    if place == PLAIN:
        prune(disk, parent, folder_path(folder))


def prune(disk: Disk, path: bytes, top: bytes) -> None:
    """Remove empty folders from `path` upwards, below `top`; rmdir alone, so nothing is lost."""
    while len(path) > len(top):
        parent, _, name = path.rpartition(b"/")
        try:
            with folder_opened(disk.root, parent) as folder:
                os.rmdir(name, dir_fd=folder)
        except OSError:
            return
        path = parent


def _place(disk: Disk, draft: DraftFile, path: bytes, place: str) -> Placed:
    parent, _, name = path.rpartition(b"/")
    for _ in range(ATTEMPTS):
        try:
            _make_parents(disk, parent)
            with folder_opened(disk.root, parent) as folder:
                _refuse_twins(disk, folder, name)
                old = _link_or_replace(disk, draft, folder, name)
                disk.sync_names(folder)
            draft.is_published = True
            stored = Stored(place, mark_of(os.fstat(draft.file)))
            return Placed(path, stored, old)
        except FileNotFoundError:
            # Pruned between making and opening it, or the folder was emptied by hand.
            continue
        except OSError as error:
            if error.errno in TAKEN:
                raise TakenError from error
            raise
    raise FileNotFoundError(errno.ENOENT, "the folder is removed again and again")


def _make_parents(disk: Disk, parent: bytes) -> None:
    with suppress(FileNotFoundError), folder_opened(disk.root, parent):
        return
    with room_needed():
        make_folders(disk.root, parent, is_durable=disk.syncs_names)


def _link_or_replace(disk: Disk, draft: DraftFile, folder: int, name: bytes) -> bytes | None:
    """The name in `tmp/` of what was replaced, None where nothing was."""
    refused: OSError = IsADirectoryError(errno.EISDIR, "the folder is made again and again")
    for _ in range(ATTEMPTS):
        try:
            draft.link(folder, name)
        except FileExistsError:
            pass
        else:
            return None
        if _is_folder(folder, name):
            # An empty one was left by a write that failed or by hand; OSError where it is not.
            _remove_folder(folder, name)
            continue
        try:
            return _replace(disk, draft, folder, name)
        except PermissionError as error:
            # link(2) says EPERM of a folder: one was made since the look.
            refused = error
    raise refused


def _replace(disk: Disk, draft: DraftFile, folder: int, name: bytes) -> bytes:
    new = draft.path + b".new"
    old = draft.path + b".old"
    for path in (new, old):
        with suppress(FileNotFoundError):
            os.unlink(path, dir_fd=disk.root)
    with room_needed():
        os.link(name, old, src_dir_fd=folder, dst_dir_fd=disk.root, follow_symlinks=False)
    tmp, _, new_name = new.rpartition(b"/")
    with folder_opened(disk.root, tmp) as drafts:
        draft.link(drafts, new_name)
        os.replace(new_name, name, src_dir_fd=drafts, dst_dir_fd=folder)
    return old


def _refuse_twins(disk: Disk, folder: int, name: bytes) -> None:
    """Where names fold, a file that answers to another spelling of this name is another key's."""
    if not disk.is_folding:
        return
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return
    if name not in [os.fsencode(one) for one in os.listdir(folder)]:
        raise TakenError


def _is_folder(folder: int, name: bytes) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _remove_folder(folder: int, name: bytes) -> None:
    try:
        os.rmdir(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise TakenError from error


def _write_key_file(disk: Disk, path: bytes, key: str) -> None:
    parent, _, name = path.rpartition(b"/")
    _make_parents(disk, parent)
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY
    with folder_opened(disk.root, parent) as folder, room_needed():
        file = os.open(name, flags, 0o666, dir_fd=folder)
        try:
            os.write(file, key.encode())
            disk.sync_file(file)
        finally:
            os.close(file)
