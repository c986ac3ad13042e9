"""Order, ranges, pages and cursors, of the table and of its indexes."""

from asyncio import gather
from typing import Any

import pytest

from shared.errors import Invalid
from shared.tables import Delete, Item, Put, Table, Update
from tests.contract.tables.eventually import eventually

LONGEST = "k" * 1024
SORT_KEYS = [
    "\0",
    "A",
    "a",
    "a\0",
    "a\0b",
    "a/",
    "a/1",
    "a/10",
    "a/2",
    "a0",
    "b",
    "k" * 1023,
    LONGEST,
    "z\x7f",
    "z\x80",
    "ä",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "\U00010000",
    "\U0010ffff",
    "\U0010ffff\U0010ffff",
]
RANGES: list[dict[str, str]] = [
    {},
    {"start": "a"},
    {"end": "a/"},
    {"start": "a/1", "end": "a/2"},
    {"start": "a", "end": "a"},
    {"start": "b", "end": "a"},
    {"prefix": "a/"},
    {"prefix": "a/", "start": "a/10"},
    {"prefix": "a/", "end": "a/2"},
    {"prefix": "a/", "end": "z"},
    {"prefix": "a/", "start": "b"},
    {"prefix": "\ud7ff"},
    {"prefix": "\U0010ffff"},
    {"prefix": "z\x7f"},
    {"prefix": "", "start": ""},
    {"end": ""},
    {"start": LONGEST + "\0"},
    {"end": LONGEST + "\0"},
    {"start": "k", "end": LONGEST + "\x7f"},
    {"prefix": LONGEST},
    {"prefix": LONGEST + "k"},
]


async def fill(table: Table, pk: str) -> None:
    """One item for each sort key."""
    await table.write(*(Put({"pk": pk, "sk": sk}) for sk in SORT_KEYS))


async def all_pages(table: Table, pk: str, limit: int, **wanted: Any) -> list[Item]:
    """Every item, page by page; no page but the last may be short."""
    items: list[Item] = []
    cursor = None
    while True:
        page = await table.query(pk, limit=limit, cursor=cursor, **wanted)
        items += page.items
        if page.cursor is None:
            return items
        assert len(page.items) == limit
        cursor = page.cursor


async def test_the_order_is_that_of_utf8_bytes(table: Table, pk: str) -> None:
    assert sorted(SORT_KEYS, key=str.encode) == SORT_KEYS
    await fill(table, pk)
    assert [item["sk"] for item in await all_pages(table, pk, 100)] == SORT_KEYS
    found = await all_pages(table, pk, 100, forward=False)
    assert [item["sk"] for item in found] == SORT_KEYS[::-1]


@pytest.mark.parametrize("forward", [True, False])
async def test_ranges(table: Table, pk: str, forward: bool) -> None:
    await fill(table, pk)
    for wanted in RANGES:
        expected = [
            sk
            for sk in SORT_KEYS
            if sk >= wanted.get("start", "")
            and ("end" not in wanted or sk < wanted["end"])
            and sk.startswith(wanted.get("prefix", ""))
        ]
        found = await all_pages(table, pk, 3, forward=forward, **wanted)
        assert [item["sk"] for item in found] == expected[:: 1 if forward else -1], wanted


async def test_another_partition_is_not_seen(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a"}), Put({"pk": f"{pk}x", "sk": "b"}))
    assert (await table.query(pk)).items == [{"pk": pk, "sk": "a"}]


async def test_a_cursor_goes_on_though_its_item_is_gone(table: Table, pk: str) -> None:
    await fill(table, pk)
    page = await table.query(pk, limit=5)
    await table.write(Delete(pk, SORT_KEYS[4]), Put({"pk": pk, "sk": "a/0"}))
    rest = await table.query(pk, cursor=page.cursor)
    assert [item["sk"] for item in rest.items] == sorted([*SORT_KEYS[5:], "a/0"], key=str.encode)


async def test_a_cursor_serves_only_its_own_query(table: Table, pk: str) -> None:
    await fill(table, pk)
    cursor = (await table.query(pk, limit=5)).cursor or ""
    others: list[tuple[str, dict[str, Any]]] = [
        (f"{pk}x", {"cursor": cursor}),
        (pk, {"cursor": cursor, "index": "outbox"}),
        (pk, {"cursor": cursor, "start": "b"}),
        (pk, {"cursor": cursor[:-1]}),
        (pk, {"cursor": f"A{cursor[1:]}" if cursor[0] != "A" else f"B{cursor[1:]}"}),
        (pk, {"cursor": cursor + "AAAA"}),
        (pk, {"cursor": ""}),
        (pk, {"cursor": "æ"}),
        (pk, {"cursor": "a"}),
    ]
    for partition, wanted in others:
        with pytest.raises(Invalid):
            await table.query(partition, **wanted)


@pytest.mark.parametrize("limit", [0, -1, 1001])
async def test_a_page_has_1_to_1000_items(table: Table, pk: str, limit: int) -> None:
    with pytest.raises(Invalid):
        await table.query(pk, limit=limit)


async def test_an_unknown_index_is_invalid(table: Table, pk: str) -> None:
    with pytest.raises(Invalid):
        await table.query(pk, index="nothing")


async def test_an_index_holds_only_what_has_both_attributes(table: Table, pk: str) -> None:
    await table.write(
        Put({"pk": pk, "sk": "both", "ob": pk, "obsk": "2", "whole": [1]}),
        Put({"pk": pk, "sk": "first", "ob": pk}),
        Put({"pk": pk, "sk": "second", "obsk": "1"}),
        Put({"pk": f"{pk}x", "sk": "other", "ob": pk, "obsk": "1"}),
        Put({"pk": pk, "sk": "by-size", "kind": pk, "size_key": "1"}),
    )
    found = await eventually(lambda: table.query(pk, index="outbox"), ["other", "both"])
    assert found[1] == {"pk": pk, "sk": "both", "ob": pk, "obsk": "2", "whole": [1]}
    await eventually(lambda: table.query(pk, index="by-size"), ["by-size"])


async def test_an_index_follows_its_table(table: Table, pk: str) -> None:
    await table.write(*(Put({"pk": pk, "sk": sk, "ob": pk, "obsk": sk}) for sk in "abcd"))
    await table.write(Update(pk, "a", remove=["ob"]), Delete(pk, "b"))
    await table.write(Update(pk, "c", set={"obsk": "x"}), Update(pk, "e", set={"ob": pk}))
    await eventually(lambda: table.query(pk, index="outbox"), ["d", "c"])
    await table.write(Update(pk, "e", set={"obsk": "a"}), Put({"pk": pk, "sk": "d"}))
    await eventually(lambda: table.query(pk, index="outbox"), ["e", "c"])


@pytest.mark.parametrize("forward", [True, False])
async def test_pages_of_an_index_with_equal_keys(table: Table, pk: str, forward: bool) -> None:
    puts = [
        Put({"pk": f"{pk}{n % 3}", "sk": f"{n:02}", "ob": pk, "obsk": f"{n // 10}"})
        for n in range(40)
    ]
    await gather(*(table.write(put) for put in puts))
    in_order = [f"{n:02}" for n in range(40)]

    async def sorted_keys() -> list[str]:
        found = await all_pages(table, pk, 7, index="outbox", forward=forward)
        groups = [item["obsk"] for item in found]
        assert groups == sorted(groups, reverse=not forward)
        return sorted(item["sk"] for item in found)

    for _ in range(100):
        if await sorted_keys() == in_order:
            break
    assert await sorted_keys() == in_order
    page = await table.query(pk, index="outbox", start="1", end="3", forward=forward, limit=100)
    assert {item["obsk"] for item in page.items} == {"1", "2"}
    assert len(page.items) == 20


async def test_a_page_of_a_thousand_and_of_many_megabytes(table: Table, pk: str) -> None:
    """DynamoDB's own pages end at 1 MB; ours do not."""
    writes = [
        [Put({"pk": pk, "sk": f"{n:04}", "text": "x" * 2500}) for n in range(first, first + 100)]
        for first in range(0, 1100, 100)
    ]
    for write in writes:
        await table.write(*write)
    page = await table.query(pk, limit=1000)
    assert [item["sk"] for item in page.items] == [f"{n:04}" for n in range(1000)]
    rest = await table.query(pk, limit=1000, cursor=page.cursor)
    assert (len(rest.items), rest.cursor) == (100, None)
