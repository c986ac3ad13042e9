"""A purged repository leaves nothing derived behind, wherever purging was cut short."""

from functools import partial

import pytest

from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object
from services.indexer.operations.purging import purge_repository
from services.indexer.store.editions import begin_edition, find_editions
from services.indexer.store.layout import (
    delta_key,
    directory_key,
    file_key,
    holdings_key,
    item_key,
)
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.outbox import Outbox, history_key
from shared.purged import put_purged
from shared.tables import Delete, Item, Table
from tests.objects import REPOSITORY_UID, Shelf, indexer_on, point_csv
from tests.repository_rows import repository_of
from tests.waiting import eventually

REPOSITORY = repository_of("noaa", "mask").model_copy(update={"repository_uid": REPOSITORY_UID})
KEYS = ["README.md", "a/one.csv", "a/b/two.csv"]


async def left(table: Table) -> list[str]:
    """The partitions in which something is left."""
    edition = (await find_editions(table, REPOSITORY_UID)).current
    prefixes = [directory_key(edition, prefix) for prefix in ("", "a/", "a/b/")]
    kinds = [file_key(edition), item_key(edition), delta_key(edition), holdings_key(edition)[0]]
    return [one for one in (*prefixes, *kinds) if (await table.query(one)).items]


@pytest.fixture
async def folder(table: Table) -> Folder:
    """Of a repository that is indexed and added up."""
    folder, shelf = Folder(table), Shelf()
    indexer = indexer_on(table, shelf, folder)
    for version, key in enumerate(KEYS, 1):
        await index_object(indexer, shelf.put(key, point_csv((version, 2)), version))
    for edition in (await find_editions(table, REPOSITORY_UID)).written:
        await eventually(partial(folder.drain, edition))
    return folder


@pytest.fixture
async def told(folder: Folder) -> Folder:
    """With every event of it published."""
    outbox = Outbox(folder.table)

    async def waiting() -> list[Item]:
        return (await outbox.pending(limit=100)).items

    async def all_wait() -> bool:
        return len(await waiting()) == len(KEYS)

    await eventually(all_wait)
    await outbox.sent(await waiting())
    return folder


async def test_what_was_begun_before_a_purge_is_not_written_after_it(table: Table) -> None:
    shelf = Shelf()
    indexer = indexer_on(table, shelf, Folder(table))
    await table.write(put_purged(REPOSITORY_UID))
    await index_object(indexer, shelf.put("a/one.csv", point_csv((1, 2)), 1))
    assert await left(table) == []
    assert (await Outbox(table).pending(limit=100)).items == []


async def test_events_that_wait_are_published_first(folder: Folder) -> None:
    with pytest.raises(Unavailable):
        await purge_repository(Outbox(folder.table), REPOSITORY)
    assert await left(folder.table)


async def test_nothing_is_left(told: Folder) -> None:
    assert await left(told.table)
    await purge_repository(Outbox(told.table), REPOSITORY)
    assert await left(told.table) == []
    await purge_repository(Outbox(told.table), REPOSITORY)


async def test_no_event_that_was_published_is_left(told: Folder) -> None:
    histories = [history_key(f"file-{object_uid(REPOSITORY_UID, key)}") for key in KEYS]
    assert all([(await told.table.query(one)).items for one in histories])
    await purge_repository(Outbox(told.table), REPOSITORY)
    assert not any([(await told.table.query(one)).items for one in histories])


async def test_an_edition_that_was_being_built_goes_too(told: Folder) -> None:
    await begin_edition(told.table, REPOSITORY_UID)
    await purge_repository(Outbox(told.table), REPOSITORY)
    assert (await find_editions(told.table, REPOSITORY_UID)).building is None
    assert await left(told.table) == []


async def test_it_goes_on_where_it_was_cut_short(told: Folder) -> None:
    edition = (await find_editions(told.table, REPOSITORY_UID)).current
    page = await told.table.query(item_key(edition))
    await told.table.write(*(Delete(row["pk"], row["sk"]) for row in page.items))
    await purge_repository(Outbox(told.table), REPOSITORY)
    assert await left(told.table) == []
