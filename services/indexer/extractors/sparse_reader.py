"""A file as libraries want it: `read`, `seek`, `tell` over the spans that are at hand."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from services.indexer.extractors.sparse_file import NeedBytes, OutOfBytes, SparseFile


class SparseReader(io.RawIOBase):
    """What is read and missing raises NeedBytes or OutOfBytes, and is kept in `missed`.

    Libraries in C turn whatever is raised in a callback into errors of their own: `through` makes
    them again what they were.
    """

    def __init__(self, file: SparseFile) -> None:
        self._file, self._place = file, 0
        self.missed: NeedBytes | OutOfBytes | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To a place from the start, from here, or from the end; never before the start."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._file.size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, fewer at the end, all that are left without a number."""
        left = max(0, self._file.size - self._place)
        length = left if size is None or size < 0 else min(size, left)
        try:
            data = self._file.read(self._place, length)
        except (NeedBytes, OutOfBytes) as missed:
            # Without its past: the library's things hold us, and its frames hold them.
            self.missed = type(missed)(*missed.args)
            raise
        self._place += length
        return data

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what callers hand
        """As many bytes as it has room for; how many there were."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def through(reader: SparseReader) -> Iterator[None]:
    """What a library makes of missing bytes is NeedBytes or OutOfBytes again."""
    try:
        yield
    except Exception as error:
        missed, reader.missed = reader.missed, None
        if missed is not None:
            raise missed from error
        raise
