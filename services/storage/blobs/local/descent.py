"""Opening what lies below a folder, and nothing else: no `..`, no symbolic link on the way.

A link put there by hand is not followed. Linux does it in one call (openat2); elsewhere each
segment is opened by itself with O_NOFOLLOW.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

SYS_OPENAT2 = 437
RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH = 0x04, 0x08
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
MISSING = frozenset((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG))


class _How(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def _open_segments(root: int, path: bytes, flags: int, mode: int = 0) -> int:
    *folders, name = path.split(b"/")
    if b".." in folders or name in {b"..", b"", b"."}:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    descriptor = root
    try:
        for segment in folders:
            following = os.open(segment, FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=descriptor)
            if descriptor != root:
                os.close(descriptor)
            descriptor = following
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=descriptor)
    finally:
        if descriptor != root:
            os.close(descriptor)


_HOW_BYTES = ctypes.sizeof(_How)


@lru_cache(maxsize=256)
def _how(flags: int, mode: int) -> Any:  # noqa: ANN401 - ctypes names no type for a reference
    how = _How(flags | os.O_CLOEXEC, mode, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH)
    return ctypes.byref(how)


def _open_at_once(root: int, path: bytes, flags: int, mode: int = 0) -> int:
    if b"\0" in path:
        # C would take what stands before it for the whole path.
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    descriptor: int = _syscall(SYS_OPENAT2, root, path, _how(flags, mode), _HOW_BYTES)
    if descriptor < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return descriptor


def _can_open_at_once() -> bool:
    if sys.platform != "linux":
        return False
    try:
        root = os.open("/", FOLDER_FLAGS)
        os.close(_open_at_once(root, b".", FOLDER_FLAGS))
        os.close(root)
    except OSError:
        return False
    return True


# PyDLL keeps the interpreter's lock: letting go of it costs more than the call takes.
_syscall = ctypes.PyDLL(None, use_errno=True).syscall
_syscall.restype = ctypes.c_long
_syscall.argtypes = (
    ctypes.c_long,
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
)
open_beneath = _open_at_once if _can_open_at_once() else _open_segments
"""Open a path relative to the folder `root`: (root, path, flags, mode) -> descriptor. OSError."""


@contextmanager
def folder_opened(root: int, path: bytes) -> Iterator[int]:
    """A folder for as long as it is entered. OSError as `open_beneath`."""
    descriptor = open_beneath(root, path, FOLDER_FLAGS)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def make_folders(root: int, path: bytes, *, is_durable: bool) -> None:
    """`mkdir -p`; with `is_durable` each new name is on the disk. OSError where a file is in it."""
    descriptor = os.dup(root)
    try:
        for segment in path.split(b"/"):
            try:
                os.mkdir(segment, dir_fd=descriptor)
            except FileExistsError:
                pass
            else:
                if is_durable:
                    os.fsync(descriptor)
            following = os.open(segment, FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = following
    finally:
        os.close(descriptor)
