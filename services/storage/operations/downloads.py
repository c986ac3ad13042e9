"""Downloads, counted in memory and written down every few seconds: reading writes nothing.

An answer that begins with an object's first byte is a download of it; what follows of the same one
in ranges is not another. Lost is what a killed process had not written down yet.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from services.storage.store.downloads import OBJECTS_AT_ONCE, add_downloads
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.finishing import to_the_end
from shared.log import logger
from shared.outbox import Outbox

log = logger("storage")
# More keys than these are counted together until the next time.
KEYS_KEPT = 100_000
DAY_SECONDS = 86_400

Place = tuple[str, str, str]
"""Repository uid, day, key."""


def batches(counts: Mapping[Place, int]) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Repository, day, and counts by key, as many as are written at once."""
    days: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for (uid, day, key), count in counts.items():
        days[uid, day].append((key, count))
    for (uid, day), found in days.items():
        for start in range(0, len(found), OBJECTS_AT_ONCE):
            yield uid, day, dict(found[start : start + OBJECTS_AT_ONCE])


@lru_cache(maxsize=2)
def _day_of(number: int) -> str:
    """Counted from 1970 in UTC; remembered, as every read asks."""
    return datetime.fromtimestamp(number * DAY_SECONDS, UTC).date().isoformat()


@dataclass(slots=True)
class Downloads:
    """What was downloaded since it was last written down."""

    outbox: Outbox
    seconds: float = 5.0
    _counts: Counter[Place] = field(default_factory=Counter)
    _repositories: dict[str, Repository] = field(default_factory=dict)

    def note(self, repository: Repository, key: str) -> None:
        """A download began; for every read, so nothing is done but this."""
        uid, day = repository.repository_uid, _day_of(int(time.time()) // DAY_SECONDS)
        self._repositories[uid] = repository
        place = uid, day, key
        if len(self._counts) >= KEYS_KEPT and place not in self._counts:
            place = uid, day, ""
        self._counts[place] += 1

    async def write(self) -> None:
        """Write all of it down; what cannot be now is with the next."""
        counts, self._counts = self._counts, Counter()
        repositories, self._repositories = self._repositories, {}
        for uid, day, found in batches(counts):
            try:
                await add_downloads(self.outbox, repositories[uid], day, found)
            except Problem as problem:
                log.info("downloads wait", reason=problem.detail)
                self._repositories.setdefault(uid, repositories[uid])
                self._counts.update({(uid, day, key): count for key, count in found.items()})

    async def keep_writing(self) -> None:
        """Until it is cancelled; then what is left is written too."""
        try:
            while True:
                await asyncio.sleep(self.seconds)
                await to_the_end(self.write())
        finally:
            await self.write()
