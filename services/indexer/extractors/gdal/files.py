"""What GDAL may open: files of which some spans are at hand, under names that are ours."""

from collections.abc import Mapping
from typing import Any

from rasterio.abc import FileContainer

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import NeedBytes, OutOfBytes, SparseFile
from services.indexer.extractors.sparse_reader import SparseReader


class Reader(SparseReader):
    """What is missing reads as an end, and from then on all: nothing may be raised into GDAL."""

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, fewer at the end and where some are missing."""
        if self.missed is not None:
            return b""
        try:
            return super().read(size)
        except (NeedBytes, OutOfBytes, Malformed):
            return b""


class Files(FileContainer):  # type: ignore[misc]  # a class in C, without types
    """An opener of rasterio. Nothing else is there, and no name of a stranger reaches GDAL."""

    def __init__(self, files: Mapping[str, SparseFile]) -> None:
        self._files = files
        self._readers: list[Reader] = []

    def open(self, path: str, mode: str = "r", **_: Any) -> Reader:  # noqa: ANN401 -- rasterio's
        """Raises FileNotFoundError for what is not there, and PermissionError for writing."""
        if path not in self._files:
            raise FileNotFoundError(path)
        if not set(mode) <= set("rbt"):
            raise PermissionError(path)
        reader = Reader(self._files[path])
        self._readers.append(reader)
        return reader

    def check(self) -> None:
        """Raises NeedBytes or OutOfBytes where bytes were missing: GDAL takes that for the end."""
        for reader in self._readers:
            if reader.missed is not None:
                raise reader.missed

    def isfile(self, path: str) -> bool:
        """Whether it is there."""
        return path in self._files

    def isdir(self, path: str) -> bool:  # noqa: ARG002 -- rasterio's
        """There are no folders."""
        return False

    def ls(self, path: str) -> list[str]:  # noqa: ARG002 -- rasterio's
        """All of them."""
        return list(self._files)

    def mtime(self, path: str) -> int:  # noqa: ARG002 -- rasterio's
        """Nobody knows."""
        return 0

    def size(self, path: str) -> int:
        """In bytes; 0 of what is not there."""
        return self._files[path].size if path in self._files else 0

    def rm(self, path: str) -> None:
        """Nothing is removed."""
        raise PermissionError(path)
