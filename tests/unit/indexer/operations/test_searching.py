"""Searching: pages are full and in order, nothing is left out or told twice, work is bounded."""

from functools import cmp_to_key
from random import Random
from typing import Any

import pytest

from services.indexer.models.places import Place, cursor_of
from services.indexer.operations import room
from services.indexer.operations.searching import search_items
from services.indexer.settings import SearchSettings
from services.indexer.stac.names import collection_id
from shared.contracts.indexer import SearchItems, StacPage
from shared.errors import Invalid
from shared.paging import cursor_at, place_at
from shared.tables import Table
from tests.repository_rows import put_item, put_repository, repository_of
from tests.scattered import DATA_URL, readable_of, told

Pairs = list[tuple[str, str]]
NAMES = [("ab", "x"), ("ab", "y"), ("ab-c", "x"), ("b", "hidden"), ("c", "empty"), ("d", "x")]
EVERY = 40
LIMITS = SearchSettings()
FAR = {"geometry": {"type": "Point", "coordinates": [178, -17]}}


@pytest.fixture
async def held(table: Table) -> Table:
    """Items near and far: each fifth is far away."""
    for name in NAMES:
        repository = repository_of(*name)
        await put_repository(table, repository)
        for number in range(0 if name[1] == "empty" else EVERY):
            more = FAR if number % 5 == 0 else {}
            await put_item(table, repository, f"item-{number:03}", **more)
    return table


async def page_of(table: Table, limits: SearchSettings = LIMITS, **asked: Any) -> StacPage:
    wanted = SearchItems(**asked)
    readable = readable_of(table, lambda one: one.repository_id != "hidden", wanted)
    return await search_items(table, wanted, readable, data_url=DATA_URL, limits=limits)


async def pages_of(table: Table, **asked: Any) -> list[StacPage]:
    pages = [await page_of(table, **asked)]
    while pages[-1].cursor:
        pages.append(await page_of(table, **asked, cursor=pages[-1].cursor))
    return pages


def expected(*numbers: int) -> Pairs:
    names = [name for name in NAMES if name[1] not in {"hidden", "empty"}]
    ids = sorted(collection_id(*name) for name in names)
    return [(one, f"item-{number:03}") for one in ids for number in numbers]


def in_time(*numbers: int) -> Pairs:
    """All are of one moment: then the uids of their repositories count."""
    uids = {collection_id(*name): repository_of(*name).repository_uid for name in NAMES}
    return sorted(expected(*numbers), key=lambda pair: (uids[pair[0]], pair[1]))


@pytest.mark.parametrize("limit", [1, 7, EVERY, 160, 161, 1000])
async def test_all_of_it_in_full_pages(held: Table, limit: int) -> None:
    pages = await pages_of(held, limit=limit)
    assert told(pages) == in_time(*range(EVERY))
    assert all(len(page.documents) == limit for page in pages[:-1])
    assert pages[-1].documents


async def test_filtered_pages_are_full_too(held: Table) -> None:
    pages = await pages_of(held, limit=6, bbox=[170, -20, -170, -10])
    assert told(pages) == in_time(*range(0, EVERY, 5))
    assert all(len(page.documents) == 6 for page in pages[:-1])


async def test_ids_are_found_in_every_collection(held: Table) -> None:
    ids = ["item-005", "none", "item-002", "item-002"]
    assert told(await pages_of(held, limit=3, ids=ids)) == expected(2, 5)
    many = [f"none-{number}" for number in range(900)]
    assert told(await pages_of(held, ids=[*many, "item-039"])) == expected(39)
    assert told(await pages_of(held, ids=["item-005"], bbox=[7, 47, 8, 48])) == []


async def test_assets_lead_to_the_data(held: Table) -> None:
    (item,) = (await page_of(held, limit=1)).documents
    assert item["assets"]["data"]["href"] == "https://data.example/ab-c/x/item-000.tif"


@pytest.mark.parametrize("asked", [{}, {"ids": [f"item-{number:03}" for number in range(EVERY)]}])
async def test_the_work_of_a_call_is_bounded(held: Table, asked: Any) -> None:
    few, order = SearchSettings(max_rows=9), expected if asked else in_time
    pages = await pages_of(held, limit=5, bbox=[170, -20, -170, -10], limits=few, **asked)
    assert told(pages) == order(*range(0, EVERY, 5))
    assert len(pages) > 32 // 5 + 1
    assert told(await pages_of(held, bbox=[0, 0, 1, 1], limits=few, **asked)) == []


@pytest.mark.parametrize(
    "least",
    [SearchSettings(max_rows=1), SearchSettings(max_seconds=1e-9), SearchSettings(max_waves=1)],
)
async def test_a_call_that_may_do_nothing_yet_goes_on(held: Table, least: SearchSettings) -> None:
    rare = {"op": "=", "args": [{"property": "id"}, "item-005"]}
    cursor: str | None = None
    found: list[StacPage] = []
    for _ in range(len(NAMES) * (EVERY + 1)):
        found.append(await page_of(held, least, filter=rare, limit=1, cursor=cursor))
        cursor = found[-1].cursor
        if cursor is None:
            break
    assert cursor is None
    assert told(found) == in_time(5)


async def test_a_reply_has_room_on_the_bus(held: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_BYTES", 500)
    pages = await pages_of(held, limit=1000)
    assert told(pages) == in_time(*range(EVERY))
    assert all(1 <= len(page.documents) <= 3 for page in pages)


@pytest.mark.parametrize("sort", [[], [{"field": "id", "descending": True}]])
async def test_a_cursor_names_what_was_shown(held: Table, sort: list[Any]) -> None:
    pages = await pages_of(held, limit=2, sort=sort)
    assert not any("hidden" in (place_at(page.cursor) or "") for page in pages)


@pytest.mark.parametrize("place", ["x", "ab--x", "a/b", "ab--x/\0", "ab--x/a/b", "--/a", "A--b/c"])
async def test_a_made_up_cursor_is_refused(table: Table, place: str) -> None:
    with pytest.raises(Invalid):
        await page_of(table, cursor=cursor_at(place))


@pytest.mark.parametrize(
    "place",
    [
        Place("ab/x", "item-001"),
        Place("ab--x", "item/001"),
        Place("ab--x", "item-001", ((0, 1),)),
        Place("--", ""),
    ],
)
async def test_a_cursor_of_a_place_that_cannot_be(table: Table, place: Place) -> None:
    with pytest.raises(Invalid):
        await page_of(table, cursor=cursor_of(SearchItems(), place))


@pytest.mark.parametrize(
    "key", [(0, "a"), (1, 2), (2, "a"), (3, 0), ("0", 0), (0, None), (0, [1]), (0,), 0, "a"]
)
async def test_a_cursor_that_was_sorted_by_what_cannot_be(table: Table, key: Any) -> None:
    wanted = SearchItems.model_validate({"sort": [{"field": "id"}]})
    with pytest.raises(Invalid):
        await page_of(
            table, cursor=cursor_of(wanted, Place("ab--x", "i", (key,))), sort=wanted.sort
        )


@pytest.mark.parametrize(
    "other",
    [
        {"bbox": [0, 0, 1, 1]},
        {"ids": ["item-001"]},
        {"filter": {"op": "isNull", "args": [{"property": "a"}]}},
        {"sort": [{"field": "id"}]},
        {"sort": [{"field": "datetime", "descending": True}]},
    ],
)
async def test_a_cursor_goes_on_in_its_own_search_alone(held: Table, other: Any) -> None:
    cursor = (await page_of(held, limit=1, sort=[{"field": "datetime"}])).cursor
    assert await page_of(held, limit=9, sort=[{"field": "datetime"}], cursor=cursor)
    with pytest.raises(Invalid, match="another search"):
        await page_of(held, cursor=cursor, **other)


async def test_a_filter_is_met_across_pages(held: Table) -> None:
    later = {"op": ">", "args": [{"property": "id"}, "item-036"]}
    mine = {"op": "like", "args": [{"property": "collection"}, "ab-%"]}
    pages = await pages_of(held, limit=2, filter={"op": "and", "args": [later, mine]})
    assert told(pages) == [pair for pair in in_time(37, 38, 39) if pair[0].startswith("ab-")]


async def test_to_sort_too_many_is_refused(held: Table) -> None:
    few = SearchSettings(max_sorted=9)
    with pytest.raises(Invalid, match="cannot sort so many") as refused:
        await page_of(held, sort=[{"field": "id"}], limits=few)
    assert [one["field"] for one in refused.value.errors] == ["sortby"]


VALUES = [None, 3, 2.5, -1, True, "a", "b", "é" * 60, "é" * 60 + "z", ["list"]]


def rank(value: Any) -> int:
    return 0 if isinstance(value, int | float) else 1 if isinstance(value, str) else 2


def precedes(one: Any, other: Any, descending: bool) -> int:
    """-1, 0 or 1, as the rules say it: kinds first, then the value, turned where it descends."""
    kinds = rank(one) - rank(other)
    if kinds or rank(one) == 2:
        return kinds
    if isinstance(one, str):
        one, other = one.encode()[:100], other.encode()[:100]
    return ((one > other) - (one < other)) * (-1 if descending else 1)


@pytest.mark.parametrize("descending", [[False, False], [True, False], [False, True], [True, True]])
@pytest.mark.parametrize("limit", [3, 1000])
async def test_sorted_pages_are_what_sorting_gives(
    table: Table, descending: list[bool], limit: int
) -> None:
    chance = Random(7)
    items: dict[tuple[str, str], list[Any]] = {}
    for name in (("ab", "x"), ("d", "x")):
        repository = repository_of(*name)
        await put_repository(table, repository)
        for number in range(30):
            said = [chance.choice(VALUES), chance.choice(VALUES)]
            items[collection_id(*name), f"item-{number:02}"] = said
            properties = {"datetime": "1999-06-30T00:00:00Z", "a": said[0], "b:c": said[1]}
            await put_item(table, repository, f"item-{number:02}", properties=properties)

    def compare(one: tuple[str, str], other: tuple[str, str]) -> int:
        for index, turned in enumerate(descending):
            if said := precedes(items[one][index], items[other][index], turned):
                return said
        return (one > other) - (one < other)

    fields = zip(["properties.a", "b:c"], descending, strict=True)
    sort = [{"field": name, "descending": turned} for name, turned in fields]
    pages = await pages_of(table, limit=limit, sort=sort)
    assert told(pages) == sorted(items, key=cmp_to_key(compare))
    assert all(len(page.documents) == limit for page in pages[:-1])
