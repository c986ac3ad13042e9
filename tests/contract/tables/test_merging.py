"""Several ranges read as one sequence: all of it in order, each key once, whatever the pages."""

from random import Random

import pytest

from shared.errors import Invalid
from shared.tables import Item, Put, Range, Table
from tests.contract.tables.test_queries import SORT_KEYS

BEYOND_ALL = "\U0010ffff" * 3


async def in_pages(table: Table, ranges: list[Range], limit: int, *, forward: bool) -> list[Item]:
    """All that they hold; every page tells something, and the last one that it is the last."""
    items: list[Item] = []
    while ranges:
        found, ranges = await table.merge(ranges, forward=forward, limit=limit)
        assert found or not ranges
        items += found
    return items


async def scatter(table: Table, pk: str, partitions: int) -> dict[str, set[str]]:
    """Which sort keys are in which partition: many in several, some partitions empty."""
    chance, keys = Random(7), {f"{pk}-{number}": set[str]() for number in range(partitions)}
    for sk in [*SORT_KEYS, *(f"m{number:03}" for number in range(40))]:
        for name in chance.sample(list(keys)[: partitions * 3 // 4 + 1], k=min(partitions, 3)):
            keys[name].add(sk)
    for name, some in keys.items():
        if some:
            await table.write(*(Put({"pk": name, "sk": sk}) for sk in some))
    return keys


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("partitions", [3, 9, 70])
async def test_ranges_are_one_sequence(
    table: Table, pk: str, partitions: int, forward: bool
) -> None:
    keys = await scatter(table, pk, partitions)
    chance = Random(partitions)
    # One by one of many it takes a query of each for each, which says no more.
    for limit in (1, 4, 1000) if partitions < 10 else (4, 1000):
        bounds = [sorted(chance.sample(["", *SORT_KEYS, BEYOND_ALL], k=2)) for _ in keys]
        ranges = [
            Range(name, low, None if high == BEYOND_ALL else high)
            for name, (low, high) in zip(keys, bounds, strict=True)
        ]
        expected = {
            sk
            for name, start, end in ranges
            for sk in keys[name]
            if start <= sk < (end or BEYOND_ALL)
        }
        found = await in_pages(table, ranges, limit, forward=forward)
        assert [item["sk"] for item in found] == sorted(expected, reverse=not forward)


async def test_nothing_is_nothing(table: Table, pk: str) -> None:
    assert await table.merge([]) == ([], [])
    empty = [Range(pk), Range(pk, "b", "a"), Range(pk, "a", "a")]
    assert await table.merge(empty) == ([], [])


async def test_items_come_whole(table: Table, pk: str) -> None:
    item = {"pk": pk, "sk": "a", "box": [1.5, 2], "none": None}
    await table.write(Put(item))
    assert await table.merge([Range(pk), Range(f"{pk}x")]) == ([item], [])


async def test_what_has_expired_is_not_there(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a", "expires_at": 1}), Put({"pk": pk, "sk": "b"}))
    assert [item["sk"] for item in (await table.merge([Range(pk)], limit=1)).items] == ["b"]


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_page_has_1_to_1000_items(table: Table, pk: str, limit: int) -> None:
    with pytest.raises(Invalid):
        await table.merge([Range(pk)], limit=limit)


@pytest.mark.parametrize("wrong", [Range(""), Range("a", "\ud800"), Range("a", "a", "\ud800")])
async def test_what_is_no_text_is_invalid(table: Table, wrong: Range) -> None:
    with pytest.raises(Invalid):
        await table.merge([wrong])
