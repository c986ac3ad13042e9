"""Removing what killed processes left in `tmp/`, and whole repositories that are purged."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress

from services.storage.blobs.local.descent import folder_opened
from services.storage.blobs.local.disk import Disk
from services.storage.blobs.local.naming import OURS, folder_path, our_path
from services.storage.blobs.port import Folder

TMP = b"tmp"
STRANGER_SECONDS = 24 * 3600


def sweep(disk: Disk, is_alive: Callable[[str], bool]) -> int:
    """How many files were removed. Names that are not ours go when they are a day old."""
    removed = 0
    for account in _folders(disk, OURS):
        for repository in _folders(disk, OURS + b"/" + account):
            path = b"/".join((OURS, account, repository, TMP))
            with suppress(OSError), folder_opened(disk.root, path) as tmp:
                removed += _sweep_folder(tmp, is_alive)
    return removed


def _sweep_folder(tmp: int, is_alive: Callable[[str], bool]) -> int:
    removed = 0
    with os.scandir(tmp) as entries:
        for entry in entries:
            process, _, rest = entry.name.partition(".")
            if rest and process.isalnum():
                is_stray = not is_alive(process)
            else:
                is_stray = time.time() - entry.stat(follow_symlinks=False).st_mtime > (
                    STRANGER_SECONDS
                )
            if is_stray:
                with suppress(OSError):
                    os.unlink(entry.name, dir_fd=tmp)
                    removed += 1
    return removed


def _folders(disk: Disk, path: bytes) -> list[bytes]:
    try:
        with folder_opened(disk.root, path) as opened, os.scandir(opened) as entries:
            return [os.fsencode(one.name) for one in entries if one.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def clear(disk: Disk, folder: Folder) -> None:
    """Remove both places of a repository; what is gone already is no error."""
    for path in (folder_path(folder), our_path(folder)):
        parent, _, name = path.rpartition(b"/")
        with suppress(FileNotFoundError), folder_opened(disk.root, parent) as opened:
            shutil.rmtree(name, dir_fd=opened)
            disk.sync_names(opened)
