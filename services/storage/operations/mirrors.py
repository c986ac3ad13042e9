"""The mirrors that a process knows: back ends that may be away, opened when they are wanted."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from services.storage.blobs.port import Blobs
from shared.contracts.repositories import Repository

PROVEN = 10_000
OUTAGE_SECONDS = 10.0


@dataclass(slots=True)
class Outage:
    """That a bucket was silent a moment ago: meanwhile readers are sent elsewhere at once."""

    reason: Exception | None = None
    _until: float = 0.0

    def begin(self, reason: Exception) -> None:
        """It was silent just now."""
        self.reason, self._until = reason, time.monotonic() + OUTAGE_SECONDS

    def lasting(self) -> Exception | None:
        """Why readers are sent elsewhere; None where they are not."""
        return self.reason if time.monotonic() < self._until else None


@dataclass(slots=True)
class Mirror:
    """A back end that has copies. `proven` are those that this process has read and found right.

    `only` are names of accounts and repositories that it has copies of; without any it is all.
    """

    name: str
    opening: Callable[[], Awaitable[Blobs]]
    only: frozenset[str] = frozenset()
    proven: set[tuple[str, str]] = field(default_factory=set)
    _blobs: Blobs | None = None
    _gate: asyncio.Lock = field(default_factory=asyncio.Lock)

    def takes(self, repository: Repository) -> bool:
        """Whether it has copies of what is in there; of others' buckets nobody has."""
        if repository.connection_uid:
            return False
        names = {repository.account_id, repository.full_name}
        return not self.only or bool(names & self.only)

    async def reach(self) -> Blobs:
        """Its bytes. Raises Unavailable, and what is wrong with its settings."""
        async with self._gate:
            if self._blobs is None:
                self._blobs = await self.opening()
            return self._blobs

    def prove(self, place: str, mark: str) -> None:
        """These bytes of it are what was stored."""
        if len(self.proven) >= PROVEN:
            self.proven.clear()
        self.proven.add((place, mark))

    async def close(self) -> None:
        """Let go of it, if it was ever reached."""
        if self._blobs is not None:
            await self._blobs.close()
