"""A database in one file, read page by page as its pages are at hand (apsw).

Nothing is written and nothing is trusted: no journal is looked for, no function or view of a
stranger's schema runs with rights of ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import apsw

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import NeedBytes, OutOfBytes, SparseFile
from services.indexer.extractors.sparse_reader import SparseReader, through

MAGIC = b"SQLite format 3\0"
APPLICATION_ID = 68
VFS = "sparse"
FLAGS = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
# Each is read in one piece: a page of SQLite is smaller than a request is worth.
BLOCK = 64 * 1024

Row = dict[str, str | int | float | None]


class _Vfs(apsw.VFS):
    """Files that are no files: the one that is at hand, whatever the name."""

    def __init__(self, file: SparseFile) -> None:
        self.reader, self.size = SparseReader(file), file.size
        super().__init__(VFS, "")

    def xOpen(self, _name: object, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 -- SQLite's
        flags[1] = flags[0]
        return cast("apsw.VFSFile", _File(self))

    def xFullPathname(self, name: str) -> str:  # noqa: N802 -- SQLite's
        return name

    def xAccess(self, _name: str, _flags: int) -> bool:  # noqa: N802 -- SQLite's
        return False


class _File:
    """Whatever has these methods will do."""

    def __init__(self, vfs: _Vfs) -> None:
        self._vfs = vfs

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 -- SQLite's
        start, end = offset // BLOCK * BLOCK, -(-(offset + amount) // BLOCK) * BLOCK
        self._vfs.reader.seek(start)
        try:
            block = self._vfs.reader.read(end - start)
        except (NeedBytes, OutOfBytes):
            raise apsw.IOError from None
        return block[offset - start : offset - start + amount]

    def xFileSize(self) -> int:  # noqa: N802 -- SQLite's
        return self._vfs.size

    def xSectorSize(self) -> int:  # noqa: N802 -- SQLite's
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802 -- SQLite's
        return apsw.SQLITE_IOCAP_IMMUTABLE

    def xFileControl(self, _operation: int, _pointer: int) -> bool:  # noqa: N802 -- SQLite's
        return False

    def xClose(self) -> None:  # noqa: N802 -- SQLite's
        """There is nothing to close."""


def application_of(file: SparseFile) -> bytes:
    """Four bytes that say what the database is of; empty where it is no SQLite."""
    head = file.head(100)
    return head[APPLICATION_ID : APPLICATION_ID + 4] if head.startswith(MAGIC) else b""


class Database:
    """A connection. `rows` raises Malformed, NeedBytes and OutOfBytes."""

    def __init__(self, connection: apsw.Connection, reader: SparseReader) -> None:
        self._connection, self._reader = connection, reader

    def tables(self) -> set[str]:
        """Names of tables, without views."""
        rows = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1000")
        return {str(row["name"]) for row in rows}

    def rows(self, query: str, *values: str | int) -> list[Row]:
        """All rows of a query, by the names of their columns."""
        try:
            with through(self._reader):
                cursor = self._connection.execute(query, values)
                names = [one[0] for one in cursor.get_description()]
                return [dict(zip(names, row, strict=True)) for row in cursor]
        except apsw.ExecutionCompleteError:
            return []
        except apsw.Error as error:
            raise Malformed(f"The database in it cannot be read: {error}") from error


@contextmanager
def opened(file: SparseFile) -> Iterator[Database]:
    """The database of a file. Raises Malformed, NeedBytes, OutOfBytes."""
    vfs = _Vfs(file)
    connection = None
    try:
        with through(vfs.reader):
            connection = apsw.Connection("file:it?immutable=1", flags=FLAGS, vfs=VFS)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
            connection.config(apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0)
            connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        yield Database(connection, vfs.reader)
    except apsw.Error as error:
        raise Malformed(f"The database in it cannot be opened: {error}") from error
    finally:
        if connection is not None:
            connection.close()
        vfs.unregister()
