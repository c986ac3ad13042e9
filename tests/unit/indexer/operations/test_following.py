"""A thing of several files: whatever comes, changes or goes first, its item follows."""

import asyncio
import random
from functools import partial
from typing import Any

import orjson
import pytest

from services.indexer.models.editions import Edition
from services.indexer.operations import following, indexing
from services.indexer.operations.asking import get_file, list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.keeping import Indexer
from services.indexer.operations.rebuilding import Rebuilder, rebuild_repository
from services.indexer.store.beside import neighbours_of
from shared.contracts.base import Listed
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.outbox import history_key
from shared.tables import Table
from tests.extraction import SAMPLE
from tests.objects import REPOSITORY_UID, Shelf, events_on, indexer_on
from tests.shapefiles import sample_shapefile
from tests.sums import ROOT
from tests.waiting import eventually

FIRST = Edition(REPOSITORY_UID, 1)
FOLDER = SAMPLE / "natural-earth/countries/shapefile"
FILES = {f"a/{name}": data for name, data in sample_shapefile(FOLDER).items()}
MAIN, TABLE, SYSTEM = "a/countries.shp", "a/countries.dbf", "a/countries.prj"
ED50 = b'GEOGCS["GCS_European_1950",DATUM["D_European_1950",SPHEROID["International_1924",6378388.0,297.0]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'  # noqa: E501
ORDERS = [random.Random(number).sample(list(FILES), len(FILES)) for number in range(4)]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def indexer(table: Table, shelf: Shelf) -> Indexer:
    return indexer_on(table, shelf, Folder(table))


async def put(indexer: Indexer, shelf: Shelf, key: str, version: int, data: bytes = b"") -> None:
    """An object comes, with the content that it has in the sample."""
    await index_object(indexer, shelf.put(key, data or FILES[key], version))


async def items(table: Table) -> list[dict[str, Any]]:
    """All there are."""
    page = await list_items(table, ROOT, Listed(limit=1000), data_url="https://x.org")
    return page.documents


async def told(table: Table) -> list[tuple[int, str]]:
    """What was told of the Shapefile, with its versions."""
    page = await table.query(history_key(f"file-{object_uid(REPOSITORY_UID, MAIN)}"))
    events = [orjson.loads(row["body"]) for row in page.items]
    return [(int(event["sequence"]), event["type"].split(".")[-2]) for event in events]


def assert_whole(found: list[dict[str, Any]]) -> None:
    """One item, with all that the files together say."""
    (item,) = found
    assert set(item["assets"]) == {"data", "shx", "dbf", "prj", "cpg"}
    assert item["assets"]["data"]["proj:code"] == "EPSG:4326"
    assert item["assets"]["data"]["table:row_count"] == 177
    assert len(item["assets"]["data"]["table:columns"]) == 5


@pytest.mark.parametrize("order", ORDERS)
async def test_files_come_in_any_order(
    table: Table, indexer: Indexer, shelf: Shelf, order: list[str]
) -> None:
    for version, key in enumerate(order, 1):
        await put(indexer, shelf, key, version)
    assert_whole(await items(table))


async def test_files_come_at_once(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    stored = [shelf.put(key, data, version) for version, (key, data) in enumerate(FILES.items(), 1)]
    await asyncio.gather(*(index_object(indexer, one) for one in stored))
    assert_whole(await items(table))


async def test_a_system_that_comes_changes_and_goes(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    for key in (MAIN, TABLE):
        await put(indexer, shelf, key, 1)
    assert await items(table) == []
    await put(indexer, shelf, SYSTEM, 2)
    (item,) = await items(table)
    assert item["assets"]["data"]["proj:code"] == "EPSG:4326"
    await put(indexer, shelf, SYSTEM, 3, ED50)
    (item,) = await items(table)
    assert item["assets"]["data"]["proj:code"] == "EPSG:4230"
    await remove_object(indexer, shelf.delete(SYSTEM, 4))
    assert await items(table) == []
    main = await get_file(table, ROOT, MAIN)
    assert (main.status, main.version, main.parts) == ("described", 1, [TABLE])
    events = await told(table)
    names = [name for _, name in events]
    assert names == ["file_described", "file_described", "item_indexed", "item_indexed",
                     "file_described"]  # fmt: skip
    versions = [version for version, _ in events]
    assert versions == sorted(set(versions))


async def test_nothing_changes_for_what_does_not_ask(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    for version, key in enumerate(FILES, 1):
        await put(indexer, shelf, key, version)
    events, reads = await events_on(table), shelf.reads
    await put(indexer, shelf, "a/other.prj", 9, ED50)
    await put(indexer, shelf, "countries.prj", 9, ED50)
    assert shelf.reads == reads + 2
    assert sorted(await events_on(table)) == sorted([*events, *["file_described"] * 2])


async def test_a_new_main_file_that_is_told_after_the_others(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    """Its version may be lower than what was told for the sake of a file beside it."""
    await put(indexer, shelf, MAIN, 1)
    await put(indexer, shelf, SYSTEM, 2)
    await put(indexer, shelf, MAIN, 3)
    await remove_object(indexer, shelf.delete(MAIN, 4))
    events = await told(table)
    assert [name for _, name in events] == [
        "file_described", "item_indexed", "item_indexed", "file_removed",
    ]  # fmt: skip
    versions = [version for version, _ in events]
    assert versions == sorted(set(versions))


async def test_what_is_gone_leaves_nothing(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    for version, key in enumerate(FILES, 1):
        await put(indexer, shelf, key, version)
    await remove_object(indexer, shelf.delete(MAIN, 10))
    assert await items(table) == []
    for key in FILES:
        assert (await neighbours_of(table, [FIRST], key)).askers == set()
    assert (await get_file(table, ROOT, TABLE)).part_of == ""
    await put(indexer, shelf, MAIN, 11)
    assert_whole(await items(table))


async def test_a_part_leads_to_the_item(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    await put(indexer, shelf, TABLE, 1)
    assert (await get_file(table, ROOT, TABLE)).part_of == ""
    for version, key in enumerate(FILES, 2):
        await put(indexer, shelf, key, version)
    main, part = await get_file(table, ROOT, MAIN), await get_file(table, ROOT, TABLE)
    assert sorted([MAIN, *main.parts]) == sorted(FILES)
    assert (part.part_of, part.item_id) == (MAIN, main.item_id)
    assert part.summary == "Shapefile table, 177 rows"
    assert part.bbox is None
    assert main.part_of == ""


@pytest.mark.parametrize("last", [MAIN, SYSTEM])
async def test_an_end_between_writing_and_looking(
    table: Table, indexer: Indexer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    """A process dies after it wrote what it knows: the event comes again."""
    for version, key in enumerate([key for key in FILES if key != last], 1):
        await put(indexer, shelf, key, version)

    async def dies(*_: object, **__: object) -> None:
        raise Unavailable("killed")

    stored = shelf.put(last, FILES[last], 9)
    monkeypatch.setattr(indexing, "follow", dies)
    with pytest.raises(Unavailable):
        await index_object(indexer, stored)
    monkeypatch.undo()
    await index_object(indexer, stored)
    assert_whole(await items(table))


async def test_a_part_that_is_replaced_while_it_is_read(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await put(indexer, shelf, SYSTEM, 1)
    newer = shelf.put(SYSTEM, ED50, 2)
    await put(indexer, shelf, MAIN, 3)
    await index_object(indexer, newer)
    (item,) = await items(table)
    assert item["assets"]["data"]["proj:code"] == "EPSG:4230"


async def test_what_changes_faster_than_it_is_read_is_tried_again(
    table: Table, indexer: Indexer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ATTEMPTS", 1)
    await put(indexer, shelf, MAIN, 1)
    with pytest.raises(Unavailable, match="faster than it is read"):
        await put(indexer, shelf, SYSTEM, 2)
    monkeypatch.undo()
    await index_object(indexer, shelf.objects[SYSTEM])
    assert len(await items(table)) == 1


async def test_a_rebuild_makes_the_same(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    for version, key in enumerate(reversed(FILES), 1):
        await put(indexer, shelf, key, version)
    folder = Folder(table)
    await eventually(partial(folder.drain, FIRST))
    before, events = await items(table), await events_on(table)
    await rebuild_repository(Rebuilder(indexer, folder, shelf.list_objects), REPOSITORY_UID)
    assert await items(table) == before
    assert await events_on(table) == events
    for key in FILES:
        assert (await neighbours_of(table, [FIRST], key)).askers == set()
    version = shelf.objects[TABLE].version
    found = await neighbours_of(table, [Edition(REPOSITORY_UID, 2)], TABLE)
    assert found.askers == {(MAIN, version)}


async def test_a_rebuild_from_nothing(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    """Where the events were lost, all files are met in the order of their keys."""
    for version, (key, data) in enumerate(FILES.items(), 1):
        shelf.put(key, data, version)
    await rebuild_repository(Rebuilder(indexer, Folder(table), shelf.list_objects), REPOSITORY_UID)
    assert_whole(await items(table))
