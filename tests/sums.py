"""What the sums of a repository are, and what adding everything up at once would give."""

from collections.abc import Iterable
from functools import partial

from services.indexer.models.counted import Holdings
from services.indexer.models.editions import Edition
from services.indexer.models.stamps import stamp
from services.indexer.operations.asking import list_directory
from services.indexer.operations.folder import Folder
from services.indexer.store.layout import directories_above
from services.indexer.store.sums import find_holdings, find_sums
from shared.contracts.base import Listed
from shared.contracts.indexer import DirectoryEntry
from shared.contracts.repositories import Repository
from shared.contracts.storage import StoredObject
from shared.tables import Table
from tests.objects import REPOSITORY_UID, START, Shelf
from tests.waiting import eventually

FIRST = Edition(REPOSITORY_UID, 1)
ROOT = Repository(
    repository_uid=REPOSITORY_UID,
    repository_id="globe-land-mask",
    account_uid="01NOAA",
    account_id="noaa",
    title="Land mask",
    created_at=START,
    updated_at=START,
)


async def listed(table: Table, prefix: str = "") -> dict[str, DirectoryEntry]:
    """The entries of a directory by name, over pages."""
    entries: dict[str, DirectoryEntry] = {}
    cursor: str | None = None
    while True:
        page = await list_directory(table, ROOT, prefix, Listed(limit=3, cursor=cursor))
        entries |= {entry.name: entry for entry in page.entries}
        cursor = page.cursor
        if cursor is None:
            return entries


async def settled(folder: Folder) -> None:
    """Everything added up."""
    await eventually(partial(folder.drain, FIRST))


def below(prefix: str, objects: Iterable[StoredObject]) -> list[StoredObject]:
    return [one for one in objects if one.key.startswith(prefix)]


async def assert_right(table: Table, shelf: Shelf) -> Holdings:
    """Every sum is that of what the shelf has."""
    objects = list(shelf.objects.values())
    holdings = (await find_holdings(table, FIRST)).holdings
    assert holdings.files == len(objects)
    assert holdings.size == sum(one.size for one in objects)
    assert holdings.changed == max((stamp(one.last_modified) for one in objects), default="")
    prefixes = sorted({prefix for one in objects for prefix in directories_above(one.key)})
    sums = await find_sums(table, FIRST, prefixes[:100])
    for prefix, kept in sums.items():
        inside = below(prefix, objects)
        assert kept.sums.files == len(inside), prefix
        assert kept.sums.size == sum(one.size for one in inside), prefix
        assert kept.sums.changed == max(stamp(one.last_modified) for one in inside), prefix
    return holdings
