"""What is known of an object is written whole, however many rows that takes."""

from typing import Any

from services.indexer.extractors.earth import footprint_of_box
from services.indexer.models.boxes import Box
from services.indexer.models.cells import places_of
from services.indexer.models.counted import Counted
from services.indexer.models.houses import CLOSED
from services.indexer.models.stamps import stamp
from services.indexer.operations.folder import Folder
from services.indexer.operations.keeping import Indexer, keep
from services.indexer.operations.telling import file_of
from services.indexer.sandbox.reading import MAX_FILES
from services.indexer.store.beside import some_askers_of
from services.indexer.store.cells import FAMILIES, cells_of
from services.indexer.store.files import Known, drop_beside, find_standing
from services.indexer.store.items import find_item
from shared.tables import Table
from tests.objects import Shelf, indexer_on, stored_object
from tests.repository_rows import counted_of
from tests.sums import FIRST

KEY = "strips/scene.shp"
# Nothing stands in more places than a strip like these, which have none in common.
STRIPS: tuple[Box, Box] = ((42.3, -2.6, 52.6, 0.9), (-47.7, 42.4, -37.4, 45.9))
MOST_PLACES = 16


def known_of(version: int, strip: Box) -> Known:
    """It lies in a strip, and was read together with as many others as there may be."""
    stored = stored_object(KEY, version)
    item: dict[str, Any] = {
        "id": f"scene-{version}",
        "geometry": footprint_of_box(strip),
        "properties": {"datetime": f"20{version:02d}-06-30T00:00:00Z"},
        "assets": {"data": {"href": KEY}},
    }
    counted = Counted(
        size=stored.size,
        changed=stamp(stored.last_modified),
        status="indexed",
        item=counted_of(item["id"], item),
    )
    beside = {f"strips/{version}-{number}": 1 for number in range(MAX_FILES)}
    return Known(file_of(stored, "indexed", ""), counted, item, beside)


async def kept(indexer: Indexer, version: int, strip: Box) -> Known:
    """It is so now."""
    known = known_of(version, strip)
    standing = await find_standing(indexer.outbox.table, [FIRST], known.file.object_uid, KEY)
    await keep(indexer, known, standing, told=FIRST)
    return known


async def rows_of(table: Table, known: Known) -> list[tuple[str, str]]:
    """What there is of all by which its item may be found."""
    assert known.counted.item is not None
    places = cells_of(FIRST, known.counted.item)
    rows = await table.get_many(places)
    return [place for place, row in zip(places, rows, strict=True) if row]


async def askers_of(table: Table, known: Known) -> list[str]:
    """Who is told of a change of what it was read with."""
    return [one for key in known.beside for one in await some_askers_of(table, FIRST, key)]


async def test_an_item_that_is_another_in_everything(table: Table) -> None:
    indexer = indexer_on(table, Shelf(), Folder(table))
    assert [len(places_of([one], FAMILIES[CLOSED].levels)) for one in STRIPS] == [MOST_PLACES] * 2
    before = await kept(indexer, 1, STRIPS[0])
    now = await kept(indexer, 2, STRIPS[1])
    assert await find_item(table, FIRST, "scene-1") is None
    assert await find_item(table, FIRST, "scene-2") == (now.item or {}) | {"links": []}
    assert await rows_of(table, before) == []
    assert len(await rows_of(table, now)) == 1 + MOST_PLACES + 1 + 6
    assert await askers_of(table, before) == []
    assert await askers_of(table, now) == [KEY] * MAX_FILES


async def test_a_process_dies_between_the_two_transactions(table: Table) -> None:
    indexer = indexer_on(table, Shelf(), Folder(table))
    before = await kept(indexer, 1, STRIPS[0])
    standing = await find_standing(table, [FIRST], before.file.object_uid, KEY)
    ((edition, entry),) = standing.entries
    assert entry is not None
    left, dropping = drop_beside(edition, entry, known_of(2, STRIPS[1]).beside)
    await table.write(*dropping)
    standing = await find_standing(table, [FIRST], before.file.object_uid, KEY)
    assert standing.entries == [(edition, left)]
    # The event comes again.
    now = await kept(indexer, 2, STRIPS[1])
    assert await rows_of(table, before) == []
    assert await askers_of(table, before) == []
    assert await askers_of(table, now) == [KEY] * MAX_FILES
