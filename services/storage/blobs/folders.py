"""Folders made durable, files opened without following links, empty parents pruned."""

import contextlib
import os
from pathlib import Path

RETRIES = 5
NOT_A_PATH = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class NotInTheTree(Exception):
    """Another key stands in the way: a file where a folder is needed, or the reverse."""


def sync_folder(path: bytes) -> None:
    """What was named in a folder stays named after a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folders(path: bytes, *, durable: bool) -> None:
    """Make a folder and those above it, each named durably in its own parent."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)
            if durable:
                sync_folder(os.path.dirname(folder))


def move_into(source: bytes, target: bytes, *, durable: bool) -> None:
    """Rename over what is there. Raises NotInTheTree where the tree has no room for that name.

    Another process may prune a folder between its making and the rename: then again.
    """
    for _ in range(RETRIES):
        try:
            make_folders(os.path.dirname(target), durable=durable)
            os.rename(source, target)
        except FileNotFoundError:
            continue
        except (NotADirectoryError, IsADirectoryError, FileExistsError) as error:
            raise NotInTheTree from error
        if durable:
            sync_folder(os.path.dirname(target))
        return
    raise NotInTheTree


def open_beneath(root: Path, path: bytes) -> int | None:
    """A read-only descriptor of a regular file, None where there is none.

    Each segment is opened without following links, so a link placed by hand is not served.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    *folders, name = path.split(b"/")
    try:
        for segment in folders:
            inner = os.open(segment, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError:
        return None
    finally:
        os.close(folder)


def prune(path: bytes, root: Path) -> None:
    """Remove a folder and those above it while they are empty, never above `root`."""
    top = os.fsencode(root)
    while path.startswith(top + b"/"):
        try:
            os.rmdir(path)
        except OSError:
            return
        path = os.path.dirname(path)
