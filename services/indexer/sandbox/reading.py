"""The bytes of one file under study: fetched as they are asked for, within a budget."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.indexer.extractors.sparse_file import HEAD_BYTES, SparseFile, is_within_reach
from services.indexer.models.superseded import Superseded
from services.indexer.sandbox.wire import FACTS
from services.indexer.sandbox.worker import WorkerLost
from services.indexer.settings import BudgetSettings

Fetch = Callable[[int, int], Awaitable[bytes]]

# A small file comes whole with the first request; later spans come with some more behind them.
SMALL_BYTES = 256 * 1024
READ_AHEAD_BYTES = 64 * 1024
# Each is kept a look-out for, so that all of them fit into a transaction.
MAX_FILES, MAX_NAME = 16, 1024


@dataclass(frozen=True, slots=True)
class Source:
    """A file of `size` bytes; `fetch(start, end)` gets some of them."""

    name: str
    size: int
    fetch: Fetch


Find = Callable[[Sequence[str]], Awaitable[Sequence[Source | None]]]
Message = tuple[dict[str, Any], bytes]


async def find_none(names: Sequence[str]) -> Sequence[Source | None]:
    """Of a file that stands alone."""
    return [None] * len(names)


class OverBudget(Exception):
    """The file takes more requests, bytes or time than one file may; the text says which."""


class Reading:
    """What has been fetched of a file and of those beside it, and what it has cost.

    `task` is what a worker is to tell of it.
    """

    def __init__(
        self, source: Source, find: Find, settings: BudgetSettings, task: str = FACTS
    ) -> None:
        self.source = source
        self.task = task
        self.requests = 0
        self.bytes_read = 0
        # Reading took too long, which need not be the file's fault.
        self.is_late = False
        self._spans: list[tuple[str, int, bytes]] = []
        self._others: dict[str, Source | None] = {}
        self._find = find
        self._settings = settings
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._started

    async def begin(self) -> None:
        """The head of it, or all of it where it is small."""
        size = self.source.size
        if size:
            await self._fetch(self.source, 0, size if size <= SMALL_BYTES else HEAD_BYTES)

    def opening(self) -> Message:
        """All that is at hand, for a worker that knows nothing yet."""
        said = {
            "task": self.task,
            "name": self.source.name,
            "size": self.source.size,
            "files": _sizes(self._others),
        }
        return _message(said, self._spans)

    async def answer(self, asked: Mapping[str, Any]) -> Message:
        """What a worker needs to go on.

        Raises OverBudget, WorkerLost where that makes no sense, and whatever fetching raises.
        """
        match asked:
            case {"need": [str(name), int(start), int(end)]}:
                source = self.source if name == self.source.name else self._others.get(name)
                if source is not None and 0 <= start < end <= source.size:
                    return _message({}, [await self._fetch(source, start, end)])
            case {"files": [_, *_] as names} if all(self._is_new(name) for name in names):
                return {"files": _sizes(await self._look(names))}, b""
        raise WorkerLost

    def _is_new(self, name: object) -> bool:
        """Whether it is a name that was not asked for before."""
        return isinstance(name, str) and 0 < len(name) <= MAX_NAME and name not in self._others

    async def _look(self, names: Sequence[str]) -> Mapping[str, Source | None]:
        """Which of these files there are; what is out of reach has no bytes for this one."""
        if len(self._others) + len(names) > MAX_FILES:
            raise OverBudget(f"It would be read together with more than {MAX_FILES} files.")
        for name, found in zip(names, await self._find(names), strict=True):
            is_hidden = found is not None and not is_within_reach(self.source.name, name)
            self._others[name] = Source(name, 0, found.fetch) if found and is_hidden else found
        return {name: self._others[name] for name in names}

    async def _fetch(self, source: Source, start: int, end: int) -> tuple[str, int, bytes]:
        """This span and some more. Raises OverBudget, and whatever the source's fetch raises."""
        end = min(max(end, start + READ_AHEAD_BYTES), source.size)
        left = self._check(start, end)
        try:
            async with asyncio.timeout(left):
                data = await source.fetch(start, end)
        except TimeoutError:
            raise self._late() from None
        except Superseded:
            if source is self.source:
                raise
            # Its own event comes, and has this file read again.
            raise OverBudget(f"{source.name} is being replaced.") from None
        if len(data) != end - start:
            raise OverBudget(f"Only {len(data):,} of {end - start:,} bytes could be read.")
        self.requests += 1
        self.bytes_read += len(data)
        self._spans.append((source.name, start, data))
        return source.name, start, data

    def _check(self, start: int, end: int) -> float:
        """Seconds left for this span, if the budget allows it."""
        most = self._settings
        if self.requests >= most.max_requests:
            raise OverBudget(f"Its header is scattered over more than {most.max_requests} places.")
        if self.bytes_read + end - start > most.max_bytes:
            raise OverBudget(f"More than {most.max_bytes:,} bytes of it would have to be read.")
        left = most.seconds - self.seconds
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> OverBudget:
        self.is_late = True
        return OverBudget(f"Reading it took longer than {self._settings.seconds:g} s.")

    def file(self) -> SparseFile:
        """What there is of it, to which nothing will be added."""
        sparse = SparseFile(self.source.name, self.source.size)
        for name, start, data in self._spans:
            if name == sparse.name:
                sparse.add(start, data)
        sparse.is_final = True
        return sparse


def _sizes(files: Mapping[str, Source | None]) -> dict[str, int | None]:
    return {name: source.size if source else None for name, source in files.items()}


def _message(said: dict[str, Any], spans: Sequence[tuple[str, int, bytes]]) -> Message:
    """Spans as a worker takes them: where they belong, and their bytes one after the other."""
    said["spans"] = [(name, start, len(data)) for name, start, data in spans]
    return said, b"".join(data for _, _, data in spans)
