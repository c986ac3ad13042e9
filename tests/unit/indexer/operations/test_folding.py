"""Sums are what adding everything up at once would give, in whatever order changes came."""

import asyncio
import random

import pytest

from services.indexer.models.counted import Holdings
from services.indexer.operations.asking import list_directory
from services.indexer.operations.folder import Folder
from services.indexer.operations.folding import fold
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.keeping import Indexer
from services.indexer.operations.portions import ACTIONS, portions_of
from services.indexer.store.sums import Waiting, find_waiting
from shared.contracts.base import Listed
from shared.tables import Table
from tests.objects import Shelf, indexer_on, point_csv
from tests.sums import FIRST, ROOT, assert_right, listed, settled


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def folder(table: Table) -> Folder:
    return Folder(table)


@pytest.fixture
def indexer(table: Table, shelf: Shelf, folder: Folder) -> Indexer:
    return indexer_on(table, shelf, folder)


async def test_a_directory_and_its_sums(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    for version, key in enumerate(["a", "b/c", "b/d", "b/e/f", "z"], 1):
        await index_object(indexer, shelf.put(key, b"x" * version, version))
    await settled(folder)
    entries = await listed(table)
    assert list(entries) == ["a", "b/", "z"]
    assert (entries["b/"].files, entries["b/"].size, entries["b/"].is_directory) == (3, 9, True)
    assert entries["b/"].changed_at == shelf.objects["b/e/f"].last_modified
    assert (entries["a"].status, entries["a"].summary) == ("described", "Text")
    assert list(await listed(table, "b/")) == ["c", "d", "e/"]
    page = await list_directory(table, ROOT, "b/", Listed())
    assert (page.files, page.size) == (3, 9)
    assert await listed(table, "nothing/") == {}


async def test_keys_that_share_a_name(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    keys = ["a", "a/", "a/b", "a//", "a//b", "/", "/a", "//", "b/\0", "b/..", "b/."]
    for version, key in enumerate(keys, 1):
        await index_object(indexer, shelf.put(key, b"x", version))
    await settled(folder)
    await assert_right(table, shelf)
    assert list(await listed(table)) == ["/", "a", "a/", "b/"]
    assert list(await listed(table, "a/")) == ["", "/", "b"]
    assert list(await listed(table, "a//")) == ["", "b"]
    assert list(await listed(table, "/")) == ["", "/", "a"]


async def test_empty_directories_are_gone(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    await index_object(indexer, shelf.put("a/b/c", b"x", 1))
    await settled(folder)
    await remove_object(indexer, shelf.delete("a/b/c", 2))
    await settled(folder)
    assert await listed(table) == {}
    assert await assert_right(table, shelf) == Holdings()


async def test_the_newest_leaves(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    for version, key in enumerate(["a/1", "a/b/2", "a/b/3", "c/4"], 1):
        await index_object(indexer, shelf.put(key, b"x", version))
    await settled(folder)
    for version, key in enumerate(["c/4", "a/b/3", "a/b/2"], 10):
        await remove_object(indexer, shelf.delete(key, version))
        await settled(folder)
        await assert_right(table, shelf)


async def test_extent_follows_the_items(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    for version, (key, points) in enumerate(
        {"w.csv": (1, 170), "e.csv": (2, -170), "m.csv": (0, 179)}.items(), 1
    ):
        await index_object(indexer, shelf.put(key, point_csv(points), version))
    await settled(folder)
    holdings = await assert_right(table, shelf)
    assert holdings.extent is not None
    assert holdings.extent.bbox == [170, 0, -170, 2]
    assert (holdings.items, holdings.formats) == (3, {"CSV": 3})
    assert holdings.codes == {"EPSG:4326": 3}
    assert sorted(box[0] for box in holdings.shown.values()) == [-170, 170, 179]
    await remove_object(indexer, shelf.delete("e.csv", 10))
    await settled(folder)
    holdings = await assert_right(table, shelf)
    assert holdings.extent is not None
    assert holdings.extent.bbox == [170, 0, 179, 1]
    assert not holdings.is_extent_stale
    await index_object(indexer, shelf.put("w.csv", point_csv((5, 175)), 11))
    await settled(folder)
    holdings = await assert_right(table, shelf)
    assert holdings.extent is not None
    assert holdings.extent.bbox == [175, 0, 179, 5]
    for key in ("w.csv", "m.csv"):
        await remove_object(indexer, shelf.delete(key, 12))
    await settled(folder)
    assert (await assert_right(table, shelf)).extent is None


async def test_what_waits_is_counted(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    shelf.away = True
    stored = shelf.put("a/b", b"x", 1)
    with pytest.raises(Exception, match="does not answer"):
        await index_object(indexer, stored)
    await settled(folder)
    assert (await listed(table))["a/"].pending == 1
    shelf.away = False
    await index_object(indexer, stored)
    await settled(folder)
    assert (await listed(table))["a/"].pending == 0
    await assert_right(table, shelf)


@pytest.mark.parametrize("seed", range(4))
async def test_any_history_adds_up(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder, seed: int
) -> None:
    """Random changes, three processes adding up beside them."""
    chance = random.Random(seed)
    folders = [folder, Folder(table), Folder(table)]
    keys = [f"{a}{b}{c}.csv" for a in ("", "p/", "q/") for b in ("", "r/", "r/s/") for c in "xy"]
    for version in range(1, 80):
        key = chance.choice(keys)
        if key in shelf.objects and chance.random() < 0.45:
            change = remove_object(indexer, shelf.delete(key, version))
        else:
            data = point_csv((chance.randint(-90, 90), chance.randint(-180, 180)))
            change = index_object(indexer, shelf.put(key, data, version))
        await change
        if chance.random() < 0.3:
            await asyncio.gather(*(one.drain(FIRST) for one in folders))
    await settled(folder)
    holdings = await assert_right(table, shelf)
    assert holdings.items == len(shelf.objects)
    assert len(holdings.shown) == len(shelf.objects)


async def test_a_key_in_five_hundred_directories(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    key = "a/" * 511 + "x"
    await index_object(indexer, shelf.put(key, b"xyz", 1))
    await index_object(indexer, shelf.put("a/y", b"x", 2))
    rounds = 0
    while await fold(table, FIRST):
        rounds += 1
    assert rounds == 6
    await assert_right(table, shelf)
    await remove_object(indexer, shelf.delete(key, 3))
    await settled(folder)
    await assert_right(table, shelf)
    assert list(await listed(table, "a/")) == ["y"]


async def test_a_change_counts_once_although_two_take_it(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    for version in range(1, 31):
        await index_object(indexer, shelf.put(f"a/{version}", b"x", version))
    await asyncio.gather(*(fold(table, FIRST) for _ in range(4)), return_exceptions=True)
    while await fold(table, FIRST):
        pass
    await assert_right(table, shelf)
    assert await find_waiting(table, FIRST, limit=10) == []


async def test_portions_fit_a_transaction(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    for version in range(1, 60):
        await index_object(indexer, shelf.put(f"{version}/{version}/x", b"x", version))
    waiting: list[Waiting] = await find_waiting(table, FIRST, limit=100)
    portions = portions_of(waiting)
    directories = {prefix for one in portions for prefix in one.directories}
    assert len(portions) + len(directories) <= ACTIONS
    assert len(portions) == 33
    assert all(one.is_last for one in portions)
