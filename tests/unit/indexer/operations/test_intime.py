"""Items in the order of time are what a look at each of them finds, whatever happened to them."""

from random import Random
from typing import Any

import orjson
import pytest

from services.indexer.models.editions import Edition
from services.indexer.models.houses import OPEN
from services.indexer.operations import merging
from services.indexer.operations.housing import Housing, house_for
from services.indexer.operations.reaching import Reach, Readable
from services.indexer.operations.searching import search_items
from services.indexer.settings import SearchSettings
from services.indexer.stac.names import collection_id
from services.indexer.store.editions import begin_edition, finish_edition
from services.indexer.store.items import move_item, remove_item
from services.indexer.store.layout import item_key
from shared.contracts.indexer import SearchItems
from shared.contracts.repositories import Repository, Visibility
from shared.errors import Unavailable
from shared.paging import place_at
from shared.tables import Delete, Put, Table
from tests.repository_rows import counted_of, put_repository, repository_of
from tests.scattered import DATA_URL, NAMES, World, item_of, query_of, told

NAME, HIDDEN = ("ab", "x"), ("b", "hidden")
EVERYTHING: dict[str, Any] = {"limit": 7}


@pytest.fixture
async def world(table: Table) -> World:
    made = World(table)
    await made.fill(Random(3), 20)
    return made


@pytest.mark.parametrize("seed", range(3))
async def test_found_is_what_a_look_at_each_finds(world: World, seed: int) -> None:
    chance = Random(seed)
    limits = [SearchSettings(), SearchSettings(max_waves=1), SearchSettings(max_rows=5)]
    for _ in range(25):
        asked = query_of(chance)
        assert told(await world.pages(asked, chance.choice(limits))) == world.expected(asked), asked


async def test_as_texts_it_is_the_same(world: World) -> None:
    chance = Random(4)
    for _ in range(25):
        asked = query_of(chance)
        page, texts = await world.page(asked), await world.texts(asked)
        lines = texts.carried.decode().split("\n")[: 2 * len(texts.features)]
        assert texts.cursor == page.cursor
        assert [(one.collection_id, one.item_id) for one in texts.features] == told([page])
        told_apart = zip(lines[::2], lines[1::2], strict=True)
        read = [orjson.loads(f'{before},"links":[{after}') for before, after in told_apart]
        assert [
            one | {"collection": two["collection"]}
            for one, two in zip(read, page.documents, strict=True)
        ] == page.documents


async def test_items_that_change_and_go(world: World) -> None:
    chance = Random(5)
    for number in range(0, 20, 2):
        await world.put(NAME, f"item-{number}", item_of(chance))
    gone = world.items[NAME].pop("item-3")
    first = Edition(repository_of(*NAME).repository_uid, 1)
    await world.table.write(*remove_item(first, counted_of("item-3", gone)))
    for _ in range(15):
        asked = query_of(chance)
        assert told(await world.pages(asked)) == world.expected(asked), asked


async def rows_of(table: Table, edition: Edition) -> list[str]:
    return [row["sk"] for row in (await table.query(item_key(edition))).items]


async def test_only_the_edition_that_is_read_is_told(world: World) -> None:
    uid = repository_of(*NAME).repository_uid
    building = await begin_edition(world.table, uid)
    assert told(await world.pages(EVERYTHING)) == world.expected(EVERYTHING)
    await finish_edition(world.table, building)
    items, world.items[NAME] = world.items[NAME], {}
    assert told(await world.pages(EVERYTHING)) == world.expected(EVERYTHING)
    assert items


async def test_what_may_not_be_seen_is_gone_at_once_and_back_at_once(world: World) -> None:
    before = world.expected(EVERYTHING)
    for seen in (set(NAMES) - {HIDDEN, NAME}, set(NAMES) - {HIDDEN}, set[tuple[str, str]]()):
        world.seen = seen
        assert told(await world.pages(EVERYTHING)) == world.expected(EVERYTHING)
    world.seen = set(NAMES) - {HIDDEN}
    assert told(await world.pages(EVERYTHING)) == before


@pytest.mark.parametrize("sort", [[], [{"field": "datetime"}]])
async def test_a_place_never_names_what_is_hidden(world: World, sort: Any) -> None:
    """Also where the work ends amid the items of one moment that may not be seen."""
    world.seen = {NAME}
    asked = {"limit": 1, "sort": sort, "bbox": [-180, -90, 180, 90]}
    pages = await world.pages(asked, SearchSettings(max_rows=1))
    assert told(pages) == world.expected(asked)
    hidden = [repository_of(*name).repository_uid for name in set(NAMES) - world.seen]
    places = [place_at(page.cursor) or "" for page in pages]
    assert not [one for one in places for uid in hidden if f"#{uid}#" in one]


async def test_many_hidden_of_one_moment_do_not_hold_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are passed over together, however many there are."""
    monkeypatch.setattr(merging, "MOST_ROWS", 10)
    said = {"geometry": None, "properties": {"datetime": "2030-01-01T00:00:00Z"}}
    for number in range(300):
        await world.put(HIDDEN, f"new-{number}", said)
    page = await world.page({"limit": 1}, SearchSettings(max_waves=3))
    assert page.documents or page.cursor
    assert told(await world.pages({"limit": 50}, SearchSettings(max_waves=3))) == world.expected({})


async def restrict(table: Table, name: tuple[str, str], visibility: Visibility) -> Repository:
    changed = repository_of(*name).model_copy(update={"visibility": visibility})
    await put_repository(table, changed)
    return changed


async def closed_page(world: World, closed: list[Repository] | None, limit: int) -> Any:
    """A search of somebody who may see all, and these that not everyone may."""

    async def reach() -> Reach:
        return Reach(lambda _: True, closed)

    readable = Readable(None, is_named=False, reach=reach)  # type: ignore[arg-type] (is not asked)
    wanted = SearchItems(limit=limit)
    return await search_items(
        world.table, wanted, readable, data_url=DATA_URL, limits=SearchSettings()
    )


async def test_a_repository_moves_house_and_is_found_on_the_way(world: World) -> None:
    housing = Housing(world.table)
    world.seen = set(NAMES)
    everything = world.expected({})
    for visibility in (Visibility.RESTRICTED, Visibility.PUBLIC):
        changed = await restrict(world.table, NAME, visibility)
        await housing.look(changed.repository_uid)
        others = [pair for pair in everything if pair[0] != collection_id(*NAME)]
        for _ in ("waits", "has moved"):
            assert told([await closed_page(world, [changed], 100)]) == everything
            assert told([await closed_page(world, None, 100)]) == everything
            world.seen = set(NAMES) - {NAME}
            assert told([await world.page({"limit": 100})]) == others
            world.seen = set(NAMES)
            if visibility is Visibility.PUBLIC:
                assert told([await world.page({"limit": 100})]) == everything
            await housing.settle_all()
        row = await world.table.get(item_key(Edition(changed.repository_uid, 1)), "item-1")
        assert row is not None
        assert row["house"] == house_for(changed)


async def test_the_house_for_everyone_has_nothing_of_a_restricted_one(world: World) -> None:
    """Once it has moved nobody reads over it."""
    changed = await restrict(world.table, HIDDEN, Visibility.RESTRICTED)
    housing = Housing(world.table)
    await housing.look(changed.repository_uid)
    await housing.settle_all()
    rows = (await world.table.query(f"CELL#{OPEN}#short#all#0")).items
    assert rows
    assert not [row for row in rows if changed.repository_uid in row["sk"]]


async def test_what_has_no_rows_yet_is_not_silently_left_out(world: World) -> None:
    """As it is where items were there before there was an index."""
    edition = Edition(repository_of(*NAME).repository_uid, 1)
    for item_id in await rows_of(world.table, edition):
        row = await world.table.get(item_key(edition), item_id)
        assert row is not None
        gone = [Delete(one.pk, one.sk) for one in move_item(edition, row, OPEN)[1:]]
        old = {name: value for name, value in row.items() if name != "house"}
        await world.table.write(Put(old), *gone)
    housing = Housing(world.table)
    await housing.prepare()
    mine = {"collections": [collection_id(*NAME)]}
    for asked in ({}, mine):
        with pytest.raises(Unavailable):
            await world.page(asked)
    await housing.settle_all()
    await housing.prepare()
    assert told(await world.pages(EVERYTHING)) == world.expected(EVERYTHING)
    assert told(await world.pages(mine)) == world.expected(mine)
