"""What a place for bytes can do; each adapter is held to tests/contract/blobs."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.storage.models import Place, Stat

Bytes = bytes | bytearray | memoryview
Feed = Callable[[Bytes], None]


class Staged(Protocol):
    """Bytes that are on their way and seen by nobody yet."""

    size: int

    async def write(self, pieces: Sequence[Bytes]) -> None:
        """Take the next bytes; returns when it can take more. Raises Unavailable (disk full)."""

    async def finish(self) -> Stat:
        """All bytes are there: make them durable, tell what identifies them."""


class Opened(Protocol):
    """An object's bytes, open for reading; what replaces them later does not change them."""

    stat: Stat

    def read_now(self, start: int, size: int) -> bytes | None:
        """Bytes that need no waiting, None where they have to come from the disk first."""

    async def read(self, start: int, size: int) -> bytes:
        """At most `size` bytes from `start`; empty only at the end."""

    def close(self) -> None:
        """No more reading."""


class Blobs(Protocol):
    """Bytes by place and key."""

    def staging(self, place: Place, feed: Feed) -> AbstractAsyncContextManager["Staged"]:
        """Room for new bytes, each also given to `feed` in order; removed unless published."""

    async def publish(self, place: Place, key: str, staged: Staged) -> bool:
        """Put staged bytes under a key, replacing what was there, durably; whether it is hashed."""

    async def remove(self, place: Place, key: str, *, is_hashed: bool) -> None:
        """The bytes under a key are no more; none there is well."""

    def open(self, place: Place, key: str, *, is_hashed: bool) -> Opened | None:
        """The bytes under a key, None where there are none."""

    def locked(self, place: Place, key: str) -> AbstractAsyncContextManager[None]:
        """One change of a key at a time, over all processes of this store."""

    async def keep_part(self, place: Place, upload_id: str, number: int, staged: Staged) -> None:
        """Put staged bytes aside as one part of an upload."""

    def assembled(
        self, place: Place, upload_id: str, numbers: Sequence[int]
    ) -> AbstractAsyncContextManager[Staged]:
        """The parts as one staged object."""

    async def drop_parts(self, place: Place, upload_id: str) -> None:
        """The parts of an upload are needed no more."""

    def walk(self, place: Place) -> AsyncIterator[tuple[str, bool, Stat]]:
        """Every key of a repository that bytes lie under: key, is hashed, stat."""

    async def sweep(self, older_than_seconds: float) -> int:
        """Remove what was staged and left behind; how many."""
