"""The narrow port to where backups lie."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from services.storage.blobs.port import Bytes

PAGE = 1000


class Target(Protocol):
    """A folder or a bucket, held open; any method raises Unavailable where it does not answer."""

    async def put(self, name: str, pieces: AsyncIterator[Bytes], size: int) -> None:
        """Write so many bytes or nothing. Raises NoRoomError, and what `pieces` raises."""
        ...

    def get(self, name: str) -> AsyncIterator[Bytes]:
        """Its bytes in order. Raises GoneError."""
        ...

    def pages(self, folder: str) -> AsyncIterator[Sequence[tuple[str, int]]]:
        """Names and sizes of all that lies below a folder, in no order, some at a time."""
        ...

    async def remove(self, names: Sequence[str]) -> None:
        """It is no error if there are none."""
        ...

    async def settle(self) -> None:
        """What was put is durable when this returns."""
        ...

    async def be_alone(self) -> None:
        """Nobody else is at work there, now and, where we may write, later. Raises Conflict."""
        ...

    async def close(self) -> None:
        """Let go."""
        ...


async def whole(target: Target, name: str) -> bytes:
    """A small thing. Raises GoneError."""
    return b"".join([bytes(piece) async for piece in target.get(name)])


async def put_whole(target: Target, name: str, content: bytes) -> None:
    """Write a small thing."""

    async def once() -> AsyncIterator[Bytes]:
        yield content

    await target.put(name, once(), len(content))
