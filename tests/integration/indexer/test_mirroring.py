"""Tables of items made by a confined process: they hold what the API tells, and follow it."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from services.indexer.operations import mirroring
from services.indexer.operations.asking import get_collection, list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.mirroring import Mirroring, differing, get_mirror, get_mirror_part
from services.indexer.operations.mirrors import Mirrors
from services.indexer.sandbox.mirroring import Unmirrored
from services.indexer.sandbox.worker import Nursery
from services.indexer.settings import IndexerSettings, MirrorSettings
from services.indexer.store.editions import find_editions
from services.indexer.store.layout import SCHEMA
from services.indexer.store.leases import take_lease
from services.indexer.store.mirrors import find_mirror
from shared.confinement.limits import Limits
from shared.contracts.base import Listed
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.purged import put_purged
from shared.runtime import going
from shared.settings import Settings
from shared.tables import ConditionFailed, Table, open_table
from tests.mirrors import Item, comparable, items_of
from tests.objects import REPOSITORY_UID, Shelf, indexer_on, point_csv
from tests.repository_rows import put_repository, repository_of
from tests.waiting import eventually
from tests.written_stac import item, listed

URL = "https://data.example"
REPOSITORY = repository_of("noaa", "globe-land-mask").model_copy(
    update={"repository_uid": REPOSITORY_UID}
)


@pytest.fixture
async def table(tmp_path: Path) -> AsyncIterator[Table]:
    """With a repository, as events have told of it."""
    made = await open_table(SCHEMA, service="indexer", settings=Settings(home=tmp_path))
    await put_repository(made, REPOSITORY)
    yield made
    await made.close()


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    sandbox = IndexerSettings().sandbox
    async with Nursery(Limits(sandbox.memory_bytes, sandbox.parse_seconds)) as nursery:
        yield nursery


@pytest.fixture
def making(table: Table, nursery: Nursery) -> Mirroring:
    return Mirroring(table, nursery, URL, MirrorSettings())


async def store(table: Table, shelf: Shelf, version: int, **files: bytes | None) -> None:
    """These are there now; None is there no more. All of it is added up."""
    folder = Folder(table)
    indexer = indexer_on(table, shelf, folder)
    for key, data in files.items():
        if data is None:
            await remove_object(indexer, shelf.delete(key, version))
        else:
            await index_object(indexer, shelf.put(key, data, version))
    for edition in (await find_editions(table, REPOSITORY_UID)).written:
        await eventually(partial(folder.drain, edition))


async def content(table: Table, repository: Repository = REPOSITORY) -> bytes:
    """The whole file, part by part."""
    mirror = await get_mirror(table, repository)
    parts = [
        (await get_mirror_part(table, repository, mirror.generation, number)).content
        for number in range(-(-mirror.size // mirror.part_bytes))
    ]
    assert sum(map(len, parts)) == mirror.size
    return b"".join(parts)


async def told(table: Table) -> list[Item]:
    """All items as the API tells them."""
    page = await list_items(table, REPOSITORY, Listed(limit=1000), data_url=URL)
    return [comparable(one) for one in page.documents]


FILES = {
    "a.csv": point_csv((47, 7)),
    "b.csv": point_csv((-20, 179), (-18, -179)),
    "README.md": b"# Two points\n",
    "items.json": listed(
        item("one", ("a.csv",)),
        item("two", properties={"datetime": "2020-05-04T03:02:01Z", "gsd": 2.5, "odd": [1, "x"]}),
    ),
}


@pytest.fixture
async def shelf(table: Table) -> Shelf:
    shelf = Shelf()
    await store(table, shelf, 1, **FILES)
    return shelf


@pytest.mark.usefixtures("shelf")
async def test_it_holds_what_the_api_tells(
    table: Table, making: Mirroring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirroring, "STEP_BYTES", 1000)
    assert await making.make(REPOSITORY_UID)
    found = [comparable(one) for one in items_of(await content(table))]
    expected = await told(table)
    assert len(expected) == 3, "one of a file, two of a list"
    odd = next(one for one in expected if "odd" in one["properties"])
    odd["properties"]["odd"] = ["1", '"x"']
    assert found == expected
    assert (await get_mirror(table, REPOSITORY)).items == 3


async def test_it_is_made_anew_when_it_differs_and_only_then(
    table: Table, making: Mirroring, shelf: Shelf
) -> None:
    async def generation() -> str:
        await making.make(REPOSITORY_UID)
        return (await get_mirror(table, REPOSITORY)).generation

    first = await generation()
    assert await generation() == first
    assert await differing(table, [REPOSITORY_UID], URL) == []
    await store(table, shelf, 2, **{"a.csv": point_csv((48, 8)), "items.json": None})
    assert await differing(table, [REPOSITORY_UID], URL) == [REPOSITORY_UID]
    second = await generation()
    assert second != first
    assert len(items_of(await content(table))) == 2
    renamed = REPOSITORY.model_copy(update={"repository_id": "mask"})
    await put_repository(table, renamed)
    assert await generation() != second
    assert items_of(await content(table))[0]["collection"] == "noaa--mask"


async def test_the_collection_names_it(table: Table, making: Mirroring, shelf: Shelf) -> None:
    async def assets() -> Item | None:
        found: Item = (await get_collection(table, REPOSITORY, "NOAA")).document
        return found.get("assets")

    assert await assets() is None
    await making.make(REPOSITORY_UID)
    named = await assets()
    assert named is not None
    asset = named["geoparquet-items"]
    assert asset["roles"] == ["collection-mirror"]
    await store(table, shelf, 2, **dict.fromkeys(FILES))
    await making.make(REPOSITORY_UID)
    assert await assets() is None
    with pytest.raises(NotFound):
        await get_mirror(table, REPOSITORY)


@pytest.mark.usefixtures("shelf")
async def test_where_none_can_be_made_the_old_one_is_gone(table: Table, nursery: Nursery) -> None:
    await Mirroring(table, nursery, URL, MirrorSettings()).make(REPOSITORY_UID)
    small = Mirroring(table, nursery, URL, MirrorSettings(max_items=2))
    with pytest.raises(Unmirrored):
        await small.make(REPOSITORY_UID)
    assert await find_mirror(table, REPOSITORY_UID) is None


@pytest.mark.usefixtures("shelf")
async def test_a_worker_that_runs_out_of_time_is_no_end(table: Table) -> None:
    async with Nursery(Limits(IndexerSettings().sandbox.memory_bytes, 1e-6)) as hurried:
        with pytest.raises(Unmirrored):
            await Mirroring(table, hurried, URL, MirrorSettings()).make(REPOSITORY_UID)


@pytest.mark.usefixtures("shelf")
async def test_one_process_makes_it(table: Table, making: Mirroring) -> None:
    await take_lease(table, f"mirror-{REPOSITORY_UID}", "another")
    assert not await making.make(REPOSITORY_UID)
    assert await find_mirror(table, REPOSITORY_UID) is None


@pytest.mark.usefixtures("shelf")
async def test_what_is_purged_gets_none(table: Table, making: Mirroring) -> None:
    await table.write(put_purged(REPOSITORY_UID))
    with pytest.raises(ConditionFailed):
        await making.make(REPOSITORY_UID)
    assert await find_mirror(table, REPOSITORY_UID) is None


@pytest.mark.usefixtures("shelf")
async def test_it_comes_by_itself(table: Table, making: Mirroring) -> None:
    async with going(Mirrors(table, URL, making.make, 0.01).keep):

        async def is_there() -> bool:
            return await find_mirror(table, REPOSITORY_UID) is not None

        await eventually(is_there)
