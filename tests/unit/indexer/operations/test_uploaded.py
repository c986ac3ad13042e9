"""Uploaded STAC: listed as it is, in place of automatic items, whatever comes or goes first."""

import asyncio
import random
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from services.indexer.models.editions import Edition
from services.indexer.operations import naming
from services.indexer.operations.asking import get_collection, get_file, list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.keeping import Indexer
from services.indexer.operations.rebuilding import Rebuilder, discard, rebuild_repository
from services.indexer.settings import StacSettings
from services.indexer.store.layout import beside_key, item_key, named_key
from services.indexer.store.sums import find_holdings
from shared.contracts.base import Listed
from shared.contracts.indexer import FileMetadata
from shared.errors import NotFound, Unavailable
from shared.identifiers import object_uid
from shared.tables import ConditionFailed, Table
from tests.objects import REPOSITORY_UID, Shelf, indexer_on, point_csv
from tests.stores import store_v3
from tests.sums import FIRST, ROOT, assert_right, settled
from tests.waiting import eventually
from tests.written_stac import collection, item, lines, listed, written

DATA = "a/data.csv"
ITEM = "stac/one.json"
POINTS = point_csv((1, 2))
BASE = "https://x.org/noaa/globe-land-mask/"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def folder(table: Table) -> Folder:
    return Folder(table)


@pytest.fixture
def indexer(table: Table, shelf: Shelf, folder: Folder) -> Indexer:
    return indexer_on(table, shelf, folder)


async def put(indexer: Indexer, shelf: Shelf, key: str, data: bytes, version: int = 1) -> None:
    await index_object(indexer, shelf.put(key, data, version))


async def items(table: Table) -> list[dict[str, Any]]:
    page = await list_items(table, ROOT, Listed(limit=1000), data_url="https://x.org")
    return page.documents


async def own_ids(table: Table) -> list[str]:
    """What the items were called by those who wrote them; of an automatic one its title."""
    told = [one["properties"] for one in await items(table)]
    return sorted(one.get("coop:id") or one["title"] for one in told)


async def file(table: Table, key: str) -> FileMetadata:
    return await get_file(table, ROOT, key)


@pytest.mark.parametrize("order", [(DATA, ITEM), (ITEM, DATA)])
async def test_an_uploaded_item_speaks_for_its_assets(
    table: Table, indexer: Indexer, shelf: Shelf, order: tuple[str, str]
) -> None:
    content = {DATA: POINTS, ITEM: written(item("own", ("../a/data.csv",)))}
    for version, key in enumerate(order, 1):
        await put(indexer, shelf, key, content[key], version)
    (told,) = await items(table)
    assert told["properties"]["coop:id"] == "own"
    assert told["assets"]["a0"]["href"] == "https://x.org/noaa/globe-land-mask/a/data.csv"
    about, data = await file(table, ITEM), await file(table, DATA)
    assert (about.status, about.item_id, about.bbox) == ("indexed", told["id"], [7.5, 47.5] * 2)
    assert (data.status, data.part_of, data.item_id) == ("described", ITEM, told["id"])
    await remove_object(indexer, shelf.delete(ITEM, 9))
    assert await own_ids(table) == [DATA]
    assert (await file(table, DATA)).status == "indexed"
    assert (await table.query(named_key(FIRST, about.object_uid))).items == []
    assert (await table.query(beside_key(FIRST, DATA))).items == []


async def test_an_item_that_names_something_else_now(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await put(indexer, shelf, DATA, POINTS)
    await put(indexer, shelf, "a/other.csv", POINTS)
    await put(indexer, shelf, ITEM, written(item("own", ("../a/data.csv",))))
    assert await own_ids(table) == ["a/other.csv", "own"]
    await put(indexer, shelf, ITEM, written(item("new", ("../a/other.csv",))), 2)
    assert await own_ids(table) == [DATA, "new"]
    await put(indexer, shelf, ITEM, b"no item at all", 3)
    assert await own_ids(table) == [DATA, "a/other.csv"]


async def test_an_item_that_is_not_valid_leaves_its_assets_alone(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await put(indexer, shelf, DATA, POINTS)
    await put(indexer, shelf, ITEM, written(item("own", ("../a/data.csv",), bbox=[0, 2, 1, 1])))
    assert await own_ids(table) == [DATA]
    about = await file(table, ITEM)
    assert about.status == "failed"
    assert about.reason == "It is not valid STAC. bbox: has its south above its north."
    told = {group.title: group.facts for group in about.groups}
    assert [(one.name, one.value) for one in told["Not valid"]] == [
        ("bbox", "has its south above its north")
    ]


async def test_two_that_name_the_same(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    await put(indexer, shelf, DATA, POINTS)
    for key in ("z.json", "y.json"):
        await put(indexer, shelf, key, written(item(key, ("a/data.csv",))))
    assert await own_ids(table) == ["y.json", "z.json"]
    assert (await file(table, DATA)).part_of == "y.json"
    await remove_object(indexer, shelf.delete("y.json", 2))
    assert (await file(table, DATA)).part_of == "z.json"
    await remove_object(indexer, shelf.delete("z.json", 3))
    assert await own_ids(table) == [DATA]


async def test_items_that_name_each_other(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    for key, other in (("x.json", "y.json"), ("y.json", "x.json")):
        await put(indexer, shelf, key, written(item(key, (other, key))))
    assert await own_ids(table) == ["x.json", "y.json"]


async def test_an_item_of_a_store(table: Table, indexer: Indexer, shelf: Shelf) -> None:
    for name, data in store_v3().items():
        await put(indexer, shelf, name, data)
    ((_, before),) = [(one["id"], one["properties"]) for one in await items(table)]
    store = before["title"]
    await put(indexer, shelf, ITEM, written(item("own", (f"../{store}/",))))
    assert await own_ids(table) == ["own"]
    await remove_object(indexer, shelf.delete(ITEM, 2))
    assert await own_ids(table) == [store]


@pytest.mark.parametrize("form", [listed, lines])
async def test_a_list_of_items(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder, form: Any
) -> None:
    await put(indexer, shelf, DATA, POINTS)
    many = [item(f"i{place:03}", ("a/data.csv",)) for place in range(90)]
    await put(indexer, shelf, "items.json", form(*many))
    assert await own_ids(table) == [one["id"] for one in many]
    await settled(folder)
    assert (await assert_right(table, shelf)).items == 90
    assert (await file(table, "items.json")).summary == "STAC, 90 items"
    assert (await file(table, DATA)).part_of == "items.json"
    changed = [many[0], item("i001", gsd=3), *many[50:]]
    await put(indexer, shelf, "items.json", form(*changed), 2)
    assert await own_ids(table) == [one["id"] for one in changed]
    await settled(folder)
    assert (await find_holdings(table, FIRST)).holdings.items == 42
    await remove_object(indexer, shelf.delete("items.json", 3))
    assert await own_ids(table) == [DATA]
    await settled(folder)
    assert (await find_holdings(table, FIRST)).holdings.items == 1


async def test_a_list_tells_what_is_valid_and_why_the_rest_is_not(
    table: Table, indexer: Indexer, shelf: Shelf
) -> None:
    await put(indexer, shelf, "l.json", listed(item("a"), item("a"), item("b", bbox=[1])))
    assert await own_ids(table) == ["a"]
    about = await file(table, "l.json")
    assert about.status == "described"
    assert about.summary == "STAC, 3 items, not all valid"
    told = {group.title: group.facts for group in about.groups}["Not valid"]
    assert list(dict.fromkeys(one.name for one in told)) == ["features/1/id", "features/2/bbox"]


async def test_a_list_that_is_too_long(table: Table, shelf: Shelf, folder: Folder) -> None:
    made = indexer_on(table, shelf, folder)
    indexer = Indexer(made.outbox, made.read, made.ring, StacSettings(max_items=1))
    await put(indexer, shelf, "l.json", listed(item("a"), item("b")))
    assert await items(table) == []
    assert "It has 2 items; of one file 1 can be told" in (await file(table, "l.json")).reason


async def test_the_collection_of_a_repository(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder
) -> None:
    await put(indexer, shelf, DATA, POINTS)
    await put(indexer, shelf, "deep/collection.json", written(collection(title="Not this")))
    own = collection(links=[{"rel": "license", "href": "https://x.org/l"}, CHILD])
    await put(indexer, shelf, "collection.json", written(own))
    await settled(folder)
    told = (await get_collection(table, ROOT, "NOAA")).document
    assert {name: told[name] for name in ("title", "description", "license", "keywords")} == {
        "title": "Own title",
        "description": "Own words",
        "license": "CC-BY-4.0",
        "keywords": ["own"],
    }
    assert told["id"] == "noaa--globe-land-mask"
    assert told["providers"] == own["providers"]
    assert told["links"] == own["links"][:1]
    assert told["extent"]["spatial"]["bbox"] == [[2, 1, 2, 1]]
    await put(indexer, shelf, "collection.json", written(collection(license=7)), 2)
    assert (await file(table, "collection.json")).reason.startswith("It is not valid STAC. license")
    await settled(folder)
    assert (await get_collection(table, ROOT, "NOAA")).document["title"] == "Land mask"


CHILD = {"rel": "item", "href": "stac/one.json"}


async def test_an_end_between_two_steps(
    table: Table, indexer: Indexer, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process dies while it writes what a list names: the event comes again."""
    await put(indexer, shelf, DATA, POINTS)
    monkeypatch.setattr(naming, "ITEMS_AT_ONCE", 2)
    stored = shelf.put("l.json", listed(*(item(f"{n}", ("a/data.csv",)) for n in range(5))), 1)

    async def dies(*_: object) -> None:
        raise Unavailable("killed")

    for step in ("_name", "_tell"):
        with monkeypatch.context() as patched:
            patched.setattr(naming, step, dies)
            with pytest.raises(Unavailable):
                await index_object(indexer, stored)
            assert (await file(table, "l.json")).status == "pending"
    await index_object(indexer, stored)
    assert await own_ids(table) == list("01234")
    gone = shelf.delete("l.json", 2)
    with monkeypatch.context() as patched:
        patched.setattr(naming, "_name_no_more", dies)
        with pytest.raises(Unavailable):
            await remove_object(indexer, gone)
    await remove_object(indexer, gone)
    assert await own_ids(table) == [DATA]


NAMES = ("d/a.csv", "d/b.csv", "i.json", "l.json", "collection.json")


def content(key: str, chance: random.Random) -> bytes:
    """Something that the object of this key may hold: valid or not, naming this or that."""
    hrefs = tuple(chance.sample(("d/a.csv", "d/b.csv", "i.json"), chance.randint(0, 2)))
    match key:
        case "i.json":
            texts = [written(item("i", hrefs)), written(item("i", hrefs, bbox=[1])), b"{}"]
            return chance.choice(texts)
        case "l.json":
            return listed(*(item(f"l{n}", hrefs) for n in range(chance.randint(1, 4))))
        case "collection.json":
            return written(collection(title=f"T{chance.randint(0, 2)}"))
        case _:
            return point_csv((chance.randint(0, 9), 2))


@pytest.mark.parametrize("number", range(12))
async def test_whatever_happens_a_rebuild_gives_the_same(
    table: Table, indexer: Indexer, shelf: Shelf, folder: Folder, number: int
) -> None:
    """Objects come, change and go, several at once, and events come late and twice."""
    chance = random.Random(number)
    happened: list[Any] = []
    for version in range(1, 15):
        key = chance.choice(NAMES)
        if key in shelf.objects and chance.random() < 0.35:
            happened.append(partial(remove_object, indexer, shelf.delete(key, version)))
        else:
            stored = shelf.put(key, content(key, chance), version)
            happened.append(partial(index_object, indexer, stored))
        if chance.random() < 0.6:
            chance.shuffle(happened)
            await asyncio.gather(*(again(one) for one in happened))
            happened = happened[:1]
    for one in [*happened, *(partial(index_object, indexer, x) for x in shelf.objects.values())]:
        await again(one)
    await settled(folder)
    before = await state(table)
    await rebuild_repository(Rebuilder(indexer, folder, shelf.list_objects), REPOSITORY_UID)
    assert await state(table) == before
    await discard(table, Edition(REPOSITORY_UID, 2))
    for key in NAMES:
        uid = object_uid(REPOSITORY_UID, key)
        for edition_number in (1, 2):
            edition = Edition(REPOSITORY_UID, edition_number)
            for place in (named_key(edition, uid), beside_key(edition, key), item_key(edition)):
                assert (await table.query(place)).items == []


async def again(one: Any) -> None:
    """As the bus does: what cannot be done now comes again."""

    async def done() -> bool:
        try:
            await one()
        except (Unavailable, ConditionFailed):
            return False
        return True

    await eventually(done)


async def state(table: Table) -> dict[str, Any]:
    """All that is told of the repository."""
    told: dict[str, Any] = {one["id"]: one for one in await items(table)}
    own = [one for one in told.values() if "coop:id" in one["properties"]]
    automatic = {one["properties"]["title"] for one in told.values() if one not in own}
    hrefs = {asset["href"] for one in own for asset in one["assets"].values()}
    assert not automatic & {href.removeprefix(BASE) for href in hrefs}
    told["collection"] = (await get_collection(table, ROOT, "NOAA")).document
    for key in NAMES:
        with suppress(NotFound):
            told[key] = (await file(table, key)).model_dump(exclude={"version"})
    return told
