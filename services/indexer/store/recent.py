"""What every search asks of the records, remembered for as long as nothing is written to them.

So nothing is told that is not so any more. Where a table cannot say whether it was written to,
nothing is remembered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from services.indexer.models.editions import Editions
from services.indexer.store.houses import Unsettled, some_unsettled
from services.indexer.store.repositories import find_with_editions
from shared.contracts.repositories import Repository
from shared.tables import Table

MOST_ENTRIES = 10_000
MOST_UNSETTLED = 30
Readable = tuple[Repository, Editions]


@dataclass(slots=True)
class Remembered:
    """What was read since the table said that it is of this version."""

    version: int | None = None
    found: dict[str, Readable | None] = field(default_factory=dict)
    unsettled: list[Unsettled] | None = None


class Recent:
    """Of one table."""

    def __init__(self) -> None:
        self._now = Remembered()

    async def repositories(self, table: Table, uids: Sequence[str]) -> list[Readable]:
        """Those of these uids that there are, with their editions, in their order."""
        found = (await self._look(table)).found
        missing = [uid for uid in uids if uid not in found]
        if missing:
            read = {one[0].repository_uid: one for one in await find_with_editions(table, missing)}
            found |= {uid: read.get(uid) for uid in missing}
        return [one for uid in uids if (one := found[uid]) is not None]

    async def unsettled(self, table: Table) -> list[Unsettled]:
        """As `some_unsettled`, MOST_UNSETTLED at most."""
        now = await self._look(table)
        if now.unsettled is None:
            now.unsettled = await some_unsettled(table, limit=MOST_UNSETTLED)
        return now.unsettled

    async def _look(self, table: Table) -> Remembered:
        """Whoever still reads for an older one keeps what that finds out of this."""
        version = await table.version()
        now = self._now
        if version is None or version != now.version or len(now.found) > MOST_ENTRIES:
            self._now = Remembered(version)
        return self._now


_recent: WeakKeyDictionary[Table, Recent] = WeakKeyDictionary()


def recent_of(table: Table) -> Recent:
    """The one of this table in this process."""
    found = _recent.get(table)
    return _recent.setdefault(table, Recent()) if found is None else found
