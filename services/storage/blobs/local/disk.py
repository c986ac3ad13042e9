"""What the file system under the storage folder can do, tried once at the start."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from services.storage.blobs.local.descent import make_folders
from services.storage.blobs.local.naming import OURS
from services.storage.blobs.port import NoRoomError

FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@dataclass(frozen=True, slots=True)
class Disk:
    """The root folder, what it can do, and what is to be durable."""

    root: int
    has_nameless_files: bool
    """Files without a name (O_TMPFILE), which a crash leaves nothing of."""
    is_folding: bool
    """Two names that differ in case or in Unicode form are one file (macOS, SMB)."""
    syncs_files: bool
    syncs_names: bool

    def sync_file(self, descriptor: int) -> None:
        """The bytes are on the disk when this returns, if the setting says so."""
        if not self.syncs_files:
            return
        if self.syncs_names:
            os.fsync(descriptor)
        else:
            os.fdatasync(descriptor)

    def sync_names(self, folder: int) -> None:
        """The names in a folder are on the disk when this returns, if the setting says so."""
        if self.syncs_names:
            os.fsync(folder)


def probe(root: int, fsync: str) -> Disk:
    """Look at the disk; `fsync` is `always`, `data` or `off`."""
    make_folders(root, OURS, is_durable=fsync == "always")
    return Disk(
        root,
        has_nameless_files=_has_nameless_files(root),
        is_folding=_is_folding(root),
        syncs_files=fsync != "off",
        syncs_names=fsync == "always",
    )


def _has_nameless_files(root: int) -> bool:
    try:
        os.close(os.open(OURS, os.O_TMPFILE | os.O_RDWR, 0o600, dir_fd=root))
    except (OSError, AttributeError):
        return False
    return True


def _is_folding(root: int) -> bool:
    """Make `Probe`, look for `probe`: the same in another Unicode form would fold as well."""
    made, asked = OURS + b"/Prob\xc3\xa9", OURS + b"/probe\xcc\x81"
    os.close(os.open(made, os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=root))
    try:
        names = (asked, OURS + b"/Probe\xcc\x81", OURS + b"/prob\xc3\xa9")
        return any(_exists(root, name) for name in names)
    finally:
        with suppress(OSError):
            os.unlink(made, dir_fd=root)


def _exists(root: int, path: bytes) -> bool:
    try:
        os.stat(path, dir_fd=root, follow_symlinks=False)
    except OSError:
        return False
    return True


@contextmanager
def room_needed() -> Iterator[None]:
    """Turns a full disk, quota or file size limit into NoRoomError."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoRoomError(os.strerror(error.errno)) from error
        raise
