"""Bytes on their way in: a file without a name where there is such a thing, else one in `tmp/`.

All of it blocks and is called in the pool's threads.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice

from services.storage.blobs.local.descent import make_folders, open_beneath
from services.storage.blobs.local.disk import Disk, room_needed
from services.storage.blobs.local.imprints import write_imprint
from services.storage.blobs.port import Bytes, Imprint, Update

FILE_MODE = 0o666
MAX_PIECES = 512
COPY_BYTES = 64 * 1024 * 1024
FEED_BYTES = 1024 * 1024


class DraftFile:
    """An open file that no key leads to yet; `name` is its path in `tmp/` once it has one."""

    def __init__(self, disk: Disk, drafts: bytes, name: bytes) -> None:
        self.disk = disk
        self.drafts = drafts
        self.path = b"%b/%b" % (drafts, name)
        self.is_named = not disk.has_nameless_files
        self.is_published = False
        self.size = 0
        self.told = b""
        self._file: int | None = None

    @property
    def file(self) -> int:
        """The descriptor, opened at first use so that it is a thread that waits for the disk."""
        if self._file is None:
            self._file = self._open()
        return self._file

    def _open(self) -> int:
        try:
            return self._open_once()
        except FileNotFoundError:
            with room_needed():
                make_folders(self.disk.root, self.drafts, is_durable=self.disk.syncs_names)
            return self._open_once()

    def _open_once(self) -> int:
        with room_needed():
            if self.is_named:
                flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
                return open_beneath(self.disk.root, self.path, flags, FILE_MODE)
            flags = os.O_TMPFILE | os.O_RDWR
            return open_beneath(self.disk.root, self.drafts, flags, FILE_MODE)

    def write(self, pieces: Sequence[Bytes], update: Update) -> None:
        """Append and hash. Raises NoRoomError."""
        left = iter(pieces)
        while some := list(islice(left, MAX_PIECES)):
            with room_needed():
                self._write_all(some)
        for piece in pieces:
            update(piece)

    def _write_all(self, pieces: Sequence[Bytes]) -> None:
        wanted = sum(map(len, pieces))
        written = os.writev(self.file, pieces)
        self.size += written
        if written == wanted:
            return
        # The kernel took less than all: a full disk says so at the next attempt.
        rest = memoryview(b"".join(pieces))[written:]
        while rest:
            written = os.write(self.file, rest)
            self.size += written
            rest = rest[written:]

    def copy(self, source: int, start: int, end: int, update: Update | None = None) -> None:
        """Append a range of another file inside the kernel, then hash it. Raises NoRoomError."""
        before, offset = self.size, start
        while offset < end:
            with room_needed():
                copied = _copy(source, self.file, min(end - offset, COPY_BYTES), offset)
            if not copied:
                raise EOFError("the source is shorter than it was")
            offset += copied
            self.size += copied
        if update is not None:
            feed_file(self.file, before, self.size, update)

    def finish(
        self, pieces: Sequence[Bytes], update: Update, imprint: Callable[[], Imprint]
    ) -> None:
        """Append, ask for the imprint and sync all of it. Raises NoRoomError."""
        self.write(pieces, update)
        write_imprint(self.file, imprint())
        with room_needed():
            self.disk.sync_file(self.file)

    def link(self, folder: int, name: bytes) -> None:
        """Give it a name in a folder where there is none yet: FileExistsError."""
        root = self.disk.root
        with room_needed():
            if self.is_named:
                os.link(self.path, name, src_dir_fd=root, dst_dir_fd=folder, follow_symlinks=False)
                return
            nameless = f"/proc/self/fd/{self.file}"
            # Without src_dir_fd CPython calls link(), which does not follow /proc's link.
            os.link(nameless, name, src_dir_fd=root, dst_dir_fd=folder, follow_symlinks=True)

    def take_back(self, folder: int, name: bytes) -> None:
        """From the name it was given back to a name in `tmp/`, from where it can be linked anew."""
        self.is_published = False
        if self.is_named:
            os.unlink(name, dir_fd=folder)
            return
        os.rename(name, self.path, src_dir_fd=folder, dst_dir_fd=self.disk.root)
        self.is_named = True

    def close(self) -> None:
        """Let go, and of its name in `tmp/` too."""
        if self._file is None:
            return
        os.close(self._file)
        if self.is_named:
            with suppress(OSError):
                os.unlink(self.path, dir_fd=self.disk.root)


class VersionFile(DraftFile):
    """The bytes of a version, which another key's name is given to; it keeps its own."""

    def __init__(self, disk: Disk, drafts: bytes, name: bytes, source: bytes) -> None:
        super().__init__(disk, drafts, name)
        self.source = source
        self.is_named = True

    def _open(self) -> int:
        return open_beneath(self.disk.root, self.source, os.O_RDONLY)

    def link(self, folder: int, name: bytes) -> None:
        """See DraftFile.link."""
        root = self.disk.root
        with room_needed():
            os.link(self.source, name, src_dir_fd=root, dst_dir_fd=folder, follow_symlinks=False)


def feed_file(file: int, start: int, end: int, update: Update) -> None:
    """Hash a range of a file."""
    offset = start
    while offset < end:
        piece = os.pread(file, min(FEED_BYTES, end - offset), offset)
        if not piece:
            raise EOFError("the file is shorter than it was")
        update(piece)
        offset += len(piece)


def _copy(source: int, target: int, count: int, offset: int) -> int:
    try:
        return os.copy_file_range(source, target, count, offset)
    except (OSError, AttributeError):
        # Not between these file systems, or not here at all.
        return os.write(target, os.pread(source, min(count, FEED_BYTES), offset))
