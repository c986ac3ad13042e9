"""A store of very many objects is one thing: its root stands for it, whatever comes first."""

import random

import pytest

from services.indexer.operations.asking import get_file, list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.keeping import Indexer
from shared.contracts.base import Listed
from shared.tables import Table
from tests.icechunks import files_of
from tests.objects import Shelf, indexer_on
from tests.stores import NAME, store_v3
from tests.sums import ROOT

FILES = store_v3()
MAIN = f"{NAME}/zarr.json"
BOX = [99.75, 30.25, 114.75, 40.25]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def indexer(table: Table, shelf: Shelf) -> Indexer:
    return indexer_on(table, shelf, Folder(table))


async def boxes(table: Table) -> list[list[float]]:
    """Where all items are."""
    page = await list_items(table, ROOT, Listed(limit=1000), data_url="https://x.org")
    return [document["bbox"] for document in page.documents]


@pytest.mark.parametrize("seed", range(3))
async def test_objects_come_in_any_order(
    table: Table, indexer: Indexer, shelf: Shelf, seed: int
) -> None:
    order = random.Random(seed).sample(list(FILES), len(FILES))
    for version, key in enumerate(order, 1):
        await index_object(indexer, shelf.put(key, FILES[key], version))
    assert await boxes(table) == [pytest.approx(BOX)]


@pytest.mark.parametrize("seed", range(3))
async def test_arrays_that_are_told_of_nowhere_else_come_in_any_order(
    table: Table, indexer: Indexer, shelf: Shelf, seed: int
) -> None:
    files = store_v3(is_consolidated=False)
    order = random.Random(seed).sample(list(files), len(files))
    for version, key in enumerate(order, 1):
        await index_object(indexer, shelf.put(key, files[key], version))
    assert await boxes(table) == [pytest.approx(BOX)]
    root = await get_file(table, ROOT, MAIN)
    assert root.summary == "Zarr, 1 variable"
    # Another array comes, and one goes.
    more = f"{NAME}/more/zarr.json"
    await index_object(indexer, shelf.put(more, files[f"{NAME}/t2m/zarr.json"], 100))
    assert (await get_file(table, ROOT, MAIN)).summary == "Zarr, 2 variables"
    await remove_object(indexer, shelf.delete(f"{NAME}/t2m/zarr.json", 101))
    assert (await get_file(table, ROOT, MAIN)).summary == "Zarr, 1 variable"
    await remove_object(indexer, shelf.delete(f"{NAME}/lat/zarr.json", 102))
    assert await boxes(table) == []


@pytest.mark.parametrize("seed", range(3))
async def test_a_repository_of_icechunk_in_any_order(
    table: Table, indexer: Indexer, shelf: Shelf, seed: int
) -> None:
    files = files_of("v2", "a/b.icechunk")
    order = random.Random(seed).sample(list(files), len(files))
    for version, key in enumerate(order, 1):
        await index_object(indexer, shelf.put(key, files[key], version))
    page = await list_items(table, ROOT, Listed(limit=1000), data_url="https://x.org")
    (item,) = page.documents
    assert item["bbox"] == pytest.approx([99.9636, 30.25, 114.5364, 40.25], abs=1e-4)
    assert item["properties"]["title"] == "a/b.icechunk"
    assets = item["assets"]
    assert assets["data"]["type"] == "application/vnd.zarr+icechunk"
    assert assets["metadata"]["type"] == "application/octet-stream"
    chunk = await get_file(table, ROOT, "a/b.icechunk/chunks/Y5V8D0G40SK831ASHQY0")
    assert (chunk.part_of, chunk.item_id) == ("a/b.icechunk/repo", item["id"])


async def test_a_group_that_was_a_store_until_its_root_came(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    inner = {name.replace(NAME, f"{NAME}/g"): data for name, data in FILES.items()}
    for version, (key, data) in enumerate(inner.items(), 1):
        await index_object(indexer, shelf.put(key, data, version))
    assert len(await boxes(table)) == 1
    await index_object(indexer, shelf.put(MAIN, FILES[MAIN], 100))
    assert await boxes(table) == []
    chunk = await get_file(table, ROOT, f"{NAME}/g/lat/c/0")
    assert (chunk.summary, chunk.part_of) == ("Zarr chunk", MAIN)
    await remove_object(indexer, shelf.delete(MAIN, 101))
    assert len(await boxes(table)) == 1


async def test_chunks_are_not_read_and_have_nothing_read_again(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    for version, (key, data) in enumerate(FILES.items(), 1):
        await index_object(indexer, shelf.put(key, data, version))
    reads = shelf.reads
    for number in range(20):
        key = f"{NAME}/t2m/c/{number}/0/0"
        await index_object(indexer, shelf.put(key, b"x" * 10, 100 + number))
    assert shelf.reads == reads
    main = await get_file(table, ROOT, MAIN)
    chunk = await get_file(table, ROOT, f"{NAME}/t2m/c/3/0/0")
    assert (chunk.status, chunk.format) == ("described", "Zarr chunk")
    assert (chunk.part_of, chunk.item_id) == (MAIN, main.item_id)


async def test_a_coordinate_that_is_written_anew(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    for version, (key, data) in enumerate(FILES.items(), 1):
        await index_object(indexer, shelf.put(key, data, version))
    key = f"{NAME}/lat/c/0"
    await remove_object(indexer, shelf.delete(key, 50))
    assert await boxes(table) == []
    await index_object(indexer, shelf.put(key, FILES[key], 51))
    assert await boxes(table) == [pytest.approx(BOX)]


async def test_a_root_that_is_written_anew_has_no_array_read_again(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    for version, (key, data) in enumerate(FILES.items(), 1):
        await index_object(indexer, shelf.put(key, data, version))
    reads = shelf.reads
    await index_object(indexer, shelf.put(MAIN, FILES[MAIN], 60))
    assert shelf.reads == reads + 1
    assert await boxes(table) == [pytest.approx(BOX)]
