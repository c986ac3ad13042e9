"""A folder for backups, on a disk that is not the one which may be lost."""

import os
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from services.storage.backups.naming import DRAFT
from services.storage.backups.target import PAGE
from services.storage.blobs.local.descent import FOLDER_FLAGS
from services.storage.blobs.local.disk import room_needed
from services.storage.blobs.local.locks import try_lock
from services.storage.blobs.port import Bytes, GoneError
from shared.errors import Conflict, NotFound, Unavailable
from shared.finishing import to_the_end
from shared.identifiers import new_uid

PIECE_BYTES = 1024**2
FILE_MODE, FOLDER_MODE = 0o600, 0o700


class FolderTarget:
    """See Target. Nobody else opens it meanwhile; the system frees that however we end."""

    def __init__(self, root: Path, lock: int) -> None:
        self.root = root
        self._lock = lock

    async def put(
        self,
        name: str,
        pieces: AsyncIterator[Bytes],
        size: int,  # noqa: ARG002 -- a file grows
    ) -> None:
        """See Target.put: under a name of its own until it is on the disk."""
        path = self.root / name
        draft = path.with_name(f"{DRAFT}{new_uid()}")
        with self._answering():
            file = await to_thread(_begun, draft)
        try:
            async for piece in pieces:
                with self._answering():
                    await to_the_end(to_thread(_write_all, file, piece))
            with self._answering():
                await to_the_end(to_thread(os.fsync, file))
                draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
        finally:
            os.close(file)

    async def get(self, name: str) -> AsyncIterator[Bytes]:
        """See Target.get."""
        with self._answering():
            try:
                file = await to_thread((self.root / name).open, "rb")
            except (FileNotFoundError, NotADirectoryError) as error:
                raise GoneError from error
        with file:
            while True:
                with self._answering():
                    piece = await to_thread(file.read, PIECE_BYTES)
                if not piece:
                    return
                yield piece

    async def pages(self, folder: str) -> AsyncIterator[Sequence[tuple[str, int]]]:
        """See Target.pages."""
        files = _files(self.root, folder)
        while page := await to_thread(lambda: list(islice(files, PAGE))):
            yield page

    async def remove(self, names: Sequence[str]) -> None:
        """See Target.remove."""
        with self._answering():
            await to_thread(_remove, self.root, names)

    async def settle(self) -> None:
        """See Target.settle: the names too, of all at once."""
        await to_thread(os.sync)

    async def be_alone(self) -> None:
        """See Target.be_alone: whoever has it open is."""

    async def close(self) -> None:
        """See Target.close."""
        os.close(self._lock)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            with room_needed():
                yield
        except OSError as error:
            raise Unavailable(f"{self.root} does not answer: {error.strerror}.") from error


def open_folder(root: Path, *, writes: bool) -> FolderTarget:
    """Raises NotFound and Unavailable, and Conflict where somebody else is at work there."""
    try:
        if writes:
            root.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        lock = os.open(root, FOLDER_FLAGS)
    except FileNotFoundError:
        raise NotFound(f"There is no folder {root}.") from None
    except OSError as error:
        raise Unavailable(f"{root} cannot be opened: {error.strerror}.") from None
    if not try_lock(lock):
        os.close(lock)
        raise Conflict(f"Another backup or restore is at work on {root}.")
    return FolderTarget(root, lock)


def _begun(path: Path) -> int:
    _make(path.parent)
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)


def _make(folder: Path) -> None:
    """And those above it, which `parents=True` would leave open to everyone."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(FOLDER_MODE, exist_ok=True)


def _write_all(file: int, piece: Bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(file, rest) :]


def _files(root: Path, folder: str) -> Iterator[tuple[str, int]]:
    for path, _, names in os.walk(root / folder):
        for name in names:
            with suppress(FileNotFoundError):
                file = Path(path, name)
                yield file.relative_to(root).as_posix(), file.stat().st_size


def _remove(root: Path, names: Sequence[str]) -> None:
    for name in names:
        path = root / name
        with suppress(FileNotFoundError):
            path.unlink()
        for folder in path.relative_to(root).parents[:-1]:
            try:
                (root / folder).rmdir()
            except OSError:
                break
