"""Searching: pages are full and in order, nothing is left out or told twice, work is bounded."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from services.indexer.operations import searching
from services.indexer.operations.searching import search_items
from services.indexer.stac.names import collection_id
from services.indexer.store.repositories import repositories_from
from shared.contracts.indexer import SearchItems, StacPage
from shared.contracts.repositories import Repository
from shared.errors import Invalid
from shared.paging import cursor_at, place_at
from shared.tables import Table
from tests.repository_rows import put_item, put_repository, repository_of

Pairs = list[tuple[str, str]]
NAMES = [("ab", "x"), ("ab", "y"), ("ab-c", "x"), ("b", "hidden"), ("c", "empty"), ("d", "x")]
EVERY = 40
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


async def page_of(table: Table, **asked: Any) -> StacPage:
    async def readable(first: str) -> AsyncGenerator[Repository, None]:
        async for one in repositories_from(table, first):
            if one.repository_id != "hidden":
                yield one

    wanted = SearchItems(**asked)
    return await search_items(table, wanted, readable, data_url="https://data.example")


async def pages_of(table: Table, **asked: Any) -> list[StacPage]:
    pages = [await page_of(table, **asked)]
    while pages[-1].cursor:
        pages.append(await page_of(table, **asked, cursor=pages[-1].cursor))
    return pages


def told(pages: list[StacPage]) -> Pairs:
    return [(one["collection"], one["id"]) for page in pages for one in page.documents]


def expected(*numbers: int) -> Pairs:
    names = [name for name in NAMES if name[1] not in {"hidden", "empty"}]
    ids = sorted(collection_id(*name) for name in names)
    return [(one, f"item-{number:03}") for one in ids for number in numbers]


@pytest.mark.parametrize("limit", [1, 7, EVERY, 160, 161, 1000])
async def test_all_of_it_in_full_pages(held: Table, limit: int) -> None:
    pages = await pages_of(held, limit=limit)
    assert told(pages) == expected(*range(EVERY))
    assert all(len(page.documents) == limit for page in pages[:-1])
    assert pages[-1].documents


async def test_filtered_pages_are_full_too(held: Table) -> None:
    pages = await pages_of(held, limit=6, bbox=[170, -20, -170, -10])
    assert told(pages) == expected(*range(0, EVERY, 5))
    assert all(len(page.documents) == 6 for page in pages[:-1])


async def test_ids_are_found_in_every_collection(held: Table) -> None:
    ids = ["item-005", "none", "item-002", "item-002"]
    assert told(await pages_of(held, limit=3, ids=ids)) == expected(2, 5)
    many = [f"none-{number}" for number in range(900)]
    assert told(await pages_of(held, ids=[*many, "item-039"])) == expected(39)
    assert told(await pages_of(held, ids=["item-005"], bbox=[7, 47, 8, 48])) == []


async def test_assets_lead_to_the_data(held: Table) -> None:
    (item,) = (await page_of(held, limit=1)).documents
    assert item["assets"]["data"]["href"] == "https://data.example/ab/x/item-000.tif"


async def test_the_work_of_a_call_is_bounded(held: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_ROWS", 9)
    pages = await pages_of(held, limit=50, bbox=[170, -20, -170, -10])
    assert told(pages) == expected(*range(0, EVERY, 5))
    assert len(pages) >= 4 * EVERY // 9
    assert told(await pages_of(held, bbox=[0, 0, 1, 1])) == []


async def test_a_reply_has_room_on_the_bus(held: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_BYTES", 500)
    pages = await pages_of(held, limit=1000)
    assert told(pages) == expected(*range(EVERY))
    assert all(1 <= len(page.documents) <= 3 for page in pages)


async def test_a_cursor_names_what_was_shown(held: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_ROWS", 3)
    pages = await pages_of(held, limit=2)
    assert not any("hidden" in (place_at(page.cursor) or "") for page in pages)


@pytest.mark.parametrize("place", ["x", "ab--x", "a/b", "ab--x/\0", "ab--x/a/b", "--/a", "A--b/c"])
async def test_a_made_up_cursor_is_refused(held: Table, place: str) -> None:
    with pytest.raises(Invalid):
        await page_of(held, cursor=cursor_at(place))
