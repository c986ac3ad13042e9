"""Objects come and go, in any order and more than once."""

import asyncio

import pytest

from services.indexer.models.editions import Edition
from services.indexer.models.stored import Stored
from services.indexer.operations.beside import Beside
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.keeping import Indexer
from services.indexer.sandbox.pool import Outcome
from services.indexer.store.files import find_file, find_standing
from services.indexer.store.items import find_item
from shared.contracts.indexer import FileMetadata
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.tables import Table
from tests.extraction import SAMPLE
from tests.objects import (
    REPOSITORY_UID,
    Shelf,
    events_on,
    indexer_on,
    point_csv,
    stored_object,
)
from tests.waiting import eventually

FIRST = Edition(REPOSITORY_UID, 1)
FIJI = (SAMPLE / "noaa/globe-land-mask/fiji.tif").read_bytes()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def indexer(table: Table, shelf: Shelf) -> Indexer:
    return indexer_on(table, shelf, Folder(table))


async def known(table: Table, key: str) -> FileMetadata | None:
    """What is told of a key."""
    return await find_file(table, FIRST, object_uid(REPOSITORY_UID, key))


async def test_an_object_with_a_place_has_an_item(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await index_object(indexer, shelf.put("a/fiji.tif", FIJI, 5))
    file = await known(table, "a/fiji.tif")
    assert file is not None
    assert (file.status, file.version, file.size) == ("indexed", 5, len(FIJI))
    assert file.summary == "COG, 720 × 1,200, EPSG:4326"
    assert file.verdicts == ["Valid COG"]
    assert file.bbox == pytest.approx([173.9958, -21.9958, 179.9958, -11.9958], abs=1e-4)
    item = await find_item(table, FIRST, file.item_id)
    assert item is not None
    assert item["properties"]["datetime"] == "1999-06-30T00:00:00Z"
    assert await events_on(table) == ["item_indexed"]


async def test_an_object_without_a_place_is_described(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await index_object(indexer, shelf.put("README.md", b"# Hello\n", 5))
    file = await known(table, "README.md")
    assert file is not None
    assert (file.status, file.format, file.item_id) == ("described", "Markdown", "")
    assert await events_on(table) == ["file_described"]


async def test_an_event_twice_is_told_once(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    stored = shelf.put("a.csv", point_csv((1, 2)), 5)
    await index_object(indexer, stored)
    await index_object(indexer, stored)
    await asyncio.gather(*(index_object(indexer, stored) for _ in range(3)))
    assert await events_on(table) == ["item_indexed"]
    assert shelf.reads == 1


async def test_the_same_event_at_once_is_told_once(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    stored = shelf.put("a.csv", point_csv((1, 2)), 5)
    await asyncio.gather(*(index_object(indexer, stored) for _ in range(4)))
    assert await events_on(table) == ["item_indexed"]


async def test_an_older_event_changes_nothing(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    old = shelf.put("a.csv", point_csv((1, 2)), 5)
    await index_object(indexer, shelf.put("a.csv", point_csv((3, 4)), 6))
    await index_object(indexer, old)
    file = await known(table, "a.csv")
    assert file is not None
    assert (file.version, file.bbox) == (6, [4, 3, 4, 3])
    assert await events_on(table) == ["item_indexed"]


async def test_bytes_that_are_gone_are_left_to_the_next_event(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    old = shelf.put("a.csv", point_csv((1, 2)), 5)
    shelf.put("a.csv", point_csv((3, 4)), 6)
    await index_object(indexer, old)
    assert await known(table, "a.csv") is None
    assert await events_on(table) == []


async def test_a_new_version_that_is_nowhere_takes_the_item_away(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await index_object(indexer, shelf.put("a.csv", point_csv((1, 2)), 5))
    before = await known(table, "a.csv")
    await index_object(indexer, shelf.put("a.csv", b"a,b\n1,2\n", 6))
    assert before is not None
    assert await find_item(table, FIRST, before.item_id) is None
    assert await events_on(table) == ["item_indexed", "file_described"]


async def test_a_removed_object_leaves_nothing(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await index_object(indexer, shelf.put("a.csv", point_csv((1, 2)), 5))
    before = await known(table, "a.csv")
    gone = shelf.delete("a.csv", 6)
    await remove_object(indexer, gone)
    await remove_object(indexer, gone)
    assert before is not None
    assert await known(table, "a.csv") is None
    assert await find_item(table, FIRST, before.item_id) is None
    standing = await find_standing(table, [FIRST], gone.object_uid, "a.csv")
    assert (standing.gone_at, standing.entries) == (6, [(FIRST, None)])
    assert await events_on(table) == ["item_indexed", "file_removed"]


async def test_a_deletion_that_is_faster_than_the_making(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    made = shelf.put("a.csv", b"", 5)
    await remove_object(indexer, made.model_copy(update={"version": 6}))
    await index_object(indexer, made)
    assert await known(table, "a.csv") is None
    await index_object(indexer, shelf.put("a.csv", b"", 7))
    again = await known(table, "a.csv")
    assert again is not None
    assert again.version == 7
    assert await events_on(table) == ["file_described"]


async def test_a_deletion_while_it_is_read(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    made = shelf.put("a.csv", point_csv((1, 2)), 5)
    await asyncio.gather(
        index_object(indexer, made),
        remove_object(indexer, made.model_copy(update={"version": 6})),
    )
    assert await known(table, "a.csv") is None


async def test_what_cannot_be_read_now_waits(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    stored = shelf.put("a.csv", point_csv((1, 2)), 5)
    shelf.away = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            await index_object(indexer, stored)
    waiting = await known(table, "a.csv")
    assert waiting is not None
    assert (waiting.status, waiting.version) == ("pending", 5)
    assert await events_on(table) == []
    shelf.away = False
    await index_object(indexer, stored)
    file = await known(table, "a.csv")
    assert file is not None
    assert file.status == "indexed"
    assert await events_on(table) == ["item_indexed"]


async def test_what_is_read_slowly_is_told_to_wait(
    table: Table, indexer: Indexer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.indexer.operations.indexing.PENDING_AFTER_SECONDS", 0.01)
    stored = shelf.put("a.csv", point_csv((1, 2)), 5)
    going_on = asyncio.Event()

    async def read(one: Stored, beside: Beside) -> Outcome:
        await going_on.wait()
        return await shelf.read(one, beside)

    async def is_waiting() -> bool:
        file = await known(table, "a.csv")
        return file is not None and file.status == "pending"

    slow = Indexer(indexer.outbox, read, indexer.ring)
    working = asyncio.create_task(index_object(slow, stored))
    await eventually(is_waiting)
    going_on.set()
    await working
    file = await known(table, "a.csv")
    assert file is not None
    assert file.status == "indexed"
    assert await events_on(table) == ["item_indexed"]


@pytest.mark.parametrize(
    "key",
    ["\0", "..", "a/../b", "//", "a//b", "a/", "\r\n", "é", "e\u0301", "x" * 1024, "/" * 1024],
)
async def test_any_key_can_be_known(table: Table, indexer: Indexer, shelf: Shelf, key: str) -> None:
    await index_object(indexer, shelf.put(key, b"x", 5))
    file = await known(table, key)
    assert file is not None
    assert file.key == key
    await remove_object(indexer, stored_object(key, 6))
    assert await known(table, key) is None
