"""Items that are written through the STAC API: what becomes of them before a byte is written."""

from typing import Any

import pytest

from services.indexer.operations.asking import list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object
from services.indexer.operations.writing import find_called, get_source, key_of, prepare_item
from services.indexer.settings import StacSettings
from services.indexer.stac.names import written_key
from shared.contracts.base import Listed
from shared.contracts.indexer import PreparedItem, PrepareItem
from shared.errors import Conflict, Invalid, NotFound
from shared.tables import Table
from tests.objects import Shelf, indexer_on, point_csv
from tests.sums import FIRST, ROOT
from tests.written_stac import item, listed, written

DATA_URL = "https://x.org"
BASE = f"{DATA_URL}/noaa/globe-land-mask/"
COLLECTION = "noaa--globe-land-mask"


async def prepared(table: Table, document: dict[str, Any], **there: str) -> PreparedItem:
    wanted = PrepareItem(collection_id=COLLECTION, document=document, **there)
    return await prepare_item(table, ROOT, wanted, limits=StacSettings(), data_url=DATA_URL)


async def indexed(table: Table, key: str, data: bytes) -> None:
    shelf = Shelf()
    await index_object(indexer_on(table, shelf, Folder(table)), shelf.put(key, data, 1))


@pytest.mark.parametrize(
    ("own_id", "key"),
    [
        ("S2A_1.v2-x", "items/S2A_1.v2-x.json"),
        ("..", "items/=2E..json"),
        ("a/b", "items/a=2Fb.json"),
        ("a=2Fb", "items/a=3D2Fb.json"),
        ("é", "items/=C3=A9.json"),
    ],
)
def test_each_id_has_a_key(own_id: str, key: str) -> None:
    assert written_key(own_id) == key


@pytest.mark.parametrize("own_id", ["", "a\0", "a\n", "\x85", "x" * 201, "é" * 40])
def test_some_ids_have_none(own_id: str) -> None:
    with pytest.raises(Invalid) as refused:
        key_of(PrepareItem(collection_id=COLLECTION, document={"id": own_id}))
    assert refused.value.errors[0]["field"] == "id"


async def test_what_is_prepared_is_told_so_when_it_is_read(table: Table) -> None:
    made = await prepared(table, item("own"))
    assert made.key == "items/own.json"
    await indexed(table, made.key, written(made.document))
    source = await get_source(table, ROOT, made.item_id, data_url=DATA_URL)
    assert (source.key, source.own_id, source.document["id"]) == (made.key, "own", made.item_id)
    assert await get_source(table, ROOT, "own", data_url=DATA_URL) == source
    assert await find_called(table, FIRST, "other") is None
    with pytest.raises(Conflict):
        await prepared(table, item("own"))


async def test_what_was_told_can_be_written_again(table: Table) -> None:
    made = await prepared(table, item("own", ("../a/b.csv", "c.csv", "https://y.org/d.csv")))
    await indexed(table, made.key, written(made.document))
    source = await get_source(table, ROOT, "own", data_url=DATA_URL)
    assert source.document["assets"]["a0"]["href"] == f"{BASE}a/b.csv"
    again = await prepared(table, source.document, key=source.key, own_id=source.own_id)
    hrefs = [one["href"] for one in again.document["assets"].values()]
    assert hrefs == ["../a/b.csv", "../items/c.csv", "https://y.org/d.csv"]
    assert again.item_id == made.item_id
    assert again.document["properties"] == made.document["properties"]
    assert again.document["links"] == []
    assert "collection" not in again.document


@pytest.mark.parametrize("href", ["../../x/y.csv", f"{BASE}../other/y.csv", "/etc/passwd"])
async def test_no_asset_leads_out_of_the_repository(table: Table, href: str) -> None:
    with pytest.raises(Invalid, match="leads out"):
        await prepared(table, item("own", (href,)))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "another"},
        {"collection": "noaa--other"},
        {"links": 7},
        {"links": [7]},
        {"assets": [7]},
        {"assets": {"a": 7}},
        {"properties": 7},
        {"bbox": "x"},
        {"stac_extensions": 7},
        {"geometry": {"type": "Point", "coordinates": [7, 97]}},
    ],
)
async def test_what_is_wrong_is_refused(table: Table, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await prepared(table, item("own", **changes), key="items/own.json", own_id="own")


async def test_what_nobody_wrote_alone_has_no_source(table: Table) -> None:
    await indexed(table, "data.csv", point_csv((1, 2)))
    await indexed(table, "list.json", listed(item("one")))
    page = await list_items(table, ROOT, Listed(), data_url=DATA_URL)
    assert len(page.documents) == 2
    for told in page.documents:
        with pytest.raises(Conflict, match=r"made from a file|one of a list"):
            await get_source(table, ROOT, told["id"], data_url=DATA_URL)
    with pytest.raises(NotFound):
        await get_source(table, ROOT, "none", data_url=DATA_URL)
