"""A rebuild makes what indexing made, whatever was there before and whatever happens meanwhile."""

from functools import partial
from typing import Any

import pytest

from services.indexer.models.editions import Edition
from services.indexer.operations.asking import list_directory, list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.keeping import Indexer
from services.indexer.operations.rebuilding import Rebuilder, rebuild_repository
from services.indexer.store.editions import begin_edition, find_editions
from services.indexer.store.layout import (
    delta_key,
    directory_key,
    file_key,
    holdings_key,
    item_key,
)
from services.indexer.store.sums import find_holdings
from shared.contracts.base import Listed
from shared.contracts.storage import ObjectPage
from shared.errors import Unavailable
from shared.tables import Item, Put, Table
from tests.objects import REPOSITORY_UID, Shelf, events_on, indexer_on, point_csv
from tests.sums import ROOT
from tests.waiting import eventually

KEYS = {
    "README.md": b"# Land\n",
    "a/one.csv": point_csv((1, 2)),
    "a/b/two.csv": point_csv((3, 170), (4, -170)),
    "c/three.csv": point_csv((-5, 10)),
}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def folder(table: Table) -> Folder:
    return Folder(table)


@pytest.fixture
def indexer(table: Table, shelf: Shelf, folder: Folder) -> Indexer:
    return indexer_on(table, shelf, folder)


@pytest.fixture
async def rebuilder(indexer: Indexer, shelf: Shelf, folder: Folder) -> Rebuilder:
    """Of a repository with some objects, all of them indexed."""
    for version, (key, data) in enumerate(KEYS.items(), 1):
        await index_object(indexer, shelf.put(key, data, version))
    await added_up(folder)
    return Rebuilder(indexer, folder, shelf.list_objects)


async def added_up(folder: Folder) -> None:
    editions = await find_editions(folder.table, REPOSITORY_UID)
    for edition in editions.written:
        await eventually(partial(folder.drain, edition))


async def derived(table: Table) -> dict[str, Any]:
    """Everything that can be asked."""
    edition = (await find_editions(table, REPOSITORY_UID)).current
    holdings = (await find_holdings(table, edition)).holdings
    found: dict[str, Any] = {"holdings": holdings}
    prefixes = [""]
    while prefixes:
        prefix = prefixes.pop()
        page = await list_directory(table, ROOT, prefix, Listed(limit=1000))
        found[f"directory {prefix}"] = page
        prefixes += [entry.key for entry in page.entries if entry.is_directory]
    items = await list_items(table, ROOT, Listed(limit=1000), data_url="https://x.org")
    found["items"] = items
    return found


async def test_the_same_comes_of_it(table: Table, rebuilder: Rebuilder) -> None:
    before = await derived(table)
    events = await events_on(table)
    assert await rebuild_repository(rebuilder, REPOSITORY_UID) == len(KEYS)
    assert await derived(table) == before
    assert await events_on(table) == events
    assert (await find_editions(table, REPOSITORY_UID)).current.number == 2


async def left_of(table: Table, edition: Edition) -> list[Item]:
    """What is still kept of an edition."""
    places = [directory_key(edition, prefix) for prefix in ("", "a/", "a/b/", "c/")]
    partitions = [file_key(edition), item_key(edition), delta_key(edition), *places]
    holdings = await table.get(*holdings_key(edition))
    rows = [row for one in partitions for row in (await table.query(one)).items]
    return [*rows, *([holdings] if holdings else [])]


async def test_nothing_is_left_of_what_was_before(table: Table, rebuilder: Rebuilder) -> None:
    assert len(await left_of(table, Edition(REPOSITORY_UID, 1))) == 4 + 3 + 4 + 3 + 1
    await rebuild_repository(rebuilder, REPOSITORY_UID)
    assert await left_of(table, Edition(REPOSITORY_UID, 1)) == []


async def test_what_was_wrong_is_right_again(table: Table, rebuilder: Rebuilder) -> None:
    right = await derived(table)
    first = Edition(REPOSITORY_UID, 1)
    page = await table.query(directory_key(first, ""))
    for row in page.items:
        if "files" in row:
            await table.write(Put({**row, "files": 99}))
    await table.write(
        *(Put({**row, "body": "{}"}) for row in (await table.query(item_key(first))).items)
    )
    await rebuild_repository(rebuilder, REPOSITORY_UID)
    assert await derived(table) == right


async def test_changes_while_it_goes_on(
    table: Table, indexer: Indexer, rebuilder: Rebuilder, shelf: Shelf, folder: Folder
) -> None:
    """Before the first page, between pages and after the last, through the events of each."""
    steps = [
        lambda: index_object(indexer, shelf.put("0/new.csv", point_csv((7, 7)), 20)),
        lambda: remove_object(indexer, shelf.delete("README.md", 21)),
        lambda: index_object(indexer, shelf.put("a/one.csv", point_csv((8, 8)), 22)),
        lambda: remove_object(indexer, shelf.delete("c/three.csv", 23)),
        lambda: index_object(indexer, shelf.put("z.csv", point_csv((9, 9)), 24)),
    ]

    async def list_objects(repository_uid: str, cursor: str | None) -> ObjectPage:
        page = await shelf.list_objects(repository_uid, cursor)
        if steps:
            await steps.pop(0)()
        return page

    await rebuild_repository(Rebuilder(indexer, folder, list_objects), REPOSITORY_UID)
    for step in steps:
        await step()
    await added_up(folder)
    live = await derived(table)
    await rebuild_repository(rebuilder, REPOSITORY_UID)
    assert await derived(table) == live
    assert live["holdings"].files == len(shelf.objects)


async def test_what_is_read_meanwhile_is_whole(
    table: Table, rebuilder: Rebuilder, shelf: Shelf
) -> None:
    before = await derived(table)
    seen = []

    async def list_objects(repository_uid: str, cursor: str | None) -> ObjectPage:
        seen.append(await derived(table) == before)
        return await shelf.list_objects(repository_uid, cursor)

    await rebuild_repository(
        Rebuilder(rebuilder.indexer, rebuilder.folder, list_objects), REPOSITORY_UID
    )
    assert seen
    assert all(seen)


async def test_a_rebuild_that_stops_leaves_what_was_before(
    table: Table, rebuilder: Rebuilder, shelf: Shelf
) -> None:
    before = await derived(table)

    async def list_objects(repository_uid: str, cursor: str | None) -> ObjectPage:
        if cursor:
            raise Unavailable("storage does not answer")
        return await shelf.list_objects(repository_uid, cursor)

    stopped = Rebuilder(rebuilder.indexer, rebuilder.folder, list_objects)
    with pytest.raises(Unavailable):
        await rebuild_repository(stopped, REPOSITORY_UID)
    editions = await find_editions(table, REPOSITORY_UID)
    assert (editions.current.number, editions.building) == (1, None)
    assert await derived(table) == before
    assert await left_of(table, Edition(REPOSITORY_UID, 2)) == []


async def test_a_rebuild_after_one_that_died(
    table: Table, indexer: Indexer, rebuilder: Rebuilder, shelf: Shelf
) -> None:
    died = await begin_edition(table, REPOSITORY_UID)
    await index_object(indexer, shelf.put("late.csv", point_csv((1, 1)), 30))
    assert await left_of(table, died) != []
    await rebuild_repository(rebuilder, REPOSITORY_UID)
    editions = await find_editions(table, REPOSITORY_UID)
    assert (editions.current.number, editions.building) == (3, None)
    assert await left_of(table, died) == []
    assert (await derived(table))["holdings"].files == len(shelf.objects)
