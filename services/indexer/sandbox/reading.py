"""The bytes of one file under study: fetched as they are asked for, within a budget."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from services.indexer.extractors.sparse_file import HEAD_BYTES, SparseFile
from services.indexer.settings import SandboxSettings

Fetch = Callable[[int, int], Awaitable[bytes]]

# A small file comes whole with the first request; later spans come with some more behind them.
SMALL_BYTES = 256 * 1024
READ_AHEAD_BYTES = 64 * 1024


class OverBudget(Exception):
    """The file takes more requests, bytes or time than one file may; the text says which."""


class Reading:
    """What has been fetched of a file, and what it has cost."""

    def __init__(self, name: str, size: int, fetch: Fetch, settings: SandboxSettings) -> None:
        self.name, self.size = name, size
        self.spans: list[tuple[int, bytes]] = []
        self.requests = 0
        self.bytes_read = 0
        self._fetch = fetch
        self._settings = settings
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._started

    async def begin(self) -> None:
        """The head of it, or all of it where it is small."""
        if self.size:
            await self.fetch(0, self.size if self.size <= SMALL_BYTES else HEAD_BYTES)

    async def fetch(self, start: int, end: int) -> tuple[int, bytes]:
        """This span and some more. Raises OverBudget, and whatever the caller's fetch raises."""
        end = min(max(end, start + READ_AHEAD_BYTES), self.size)
        left = self._check(start, end)
        try:
            async with asyncio.timeout(left):
                data = await self._fetch(start, end)
        except TimeoutError:
            raise OverBudget(self._over_time()) from None
        if len(data) != end - start:
            raise OverBudget(f"Only {len(data):,} of {end - start:,} bytes could be read.")
        self.requests += 1
        self.bytes_read += len(data)
        self.spans.append((start, data))
        return start, data

    def _check(self, start: int, end: int) -> float:
        """Seconds left for this span, if the budget allows it."""
        most = self._settings
        if self.requests >= most.max_requests:
            raise OverBudget(f"Its header is scattered over more than {most.max_requests} places.")
        if self.bytes_read + end - start > most.max_bytes:
            raise OverBudget(f"More than {most.max_bytes:,} bytes of it would have to be read.")
        left = most.seconds - self.seconds
        if left <= 0:
            raise OverBudget(self._over_time())
        return left

    def _over_time(self) -> str:
        return f"Reading it took longer than {self._settings.seconds:g} s."

    def file(self) -> SparseFile:
        """What there is of it, to which nothing will be added."""
        sparse = SparseFile(self.name, self.size)
        for start, data in self.spans:
            sparse.add(start, data)
        sparse.is_final = True
        return sparse
