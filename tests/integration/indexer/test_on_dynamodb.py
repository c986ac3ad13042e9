"""The indexer's records on a real DynamoDB engine: they add up, are found, are rebuilt right."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.indexer.operations.asking import list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.rebuilding import Rebuilder, rebuild_repository
from services.indexer.store.editions import find_editions
from services.indexer.store.layout import SCHEMA
from services.indexer.store.sums import find_holdings
from shared.contracts.base import Listed
from shared.tables.dynamodb import Account, DynamoTable, open_dynamodb
from tests import dynamodb_local
from tests.objects import REPOSITORY_UID, Shelf, indexer_on, point_csv
from tests.scattered import World, query_of, told
from tests.sums import FIRST, ROOT, assert_right, listed, settled


@pytest.fixture
async def table() -> AsyncIterator[DynamoTable]:
    """An empty one."""
    with dynamodb_local.running() as url:
        table = await open_dynamodb(
            SCHEMA, "coop-indexer", Account("us-east-1", url, "local", "local")
        )
        yield table
        await table.close()


async def test_any_history_adds_up_and_is_what_a_rebuild_makes(table: DynamoTable) -> None:
    chance, shelf, folder = random.Random(1), Shelf(), Folder(table)
    indexer = indexer_on(table, shelf, folder)
    keys = [f"{a}{b}.csv" for a in ("", "p/", "p/q/", "\0/../") for b in "xyz"]
    for version in range(1, 40):
        key = chance.choice(keys)
        if key in shelf.objects and chance.random() < 0.45:
            await remove_object(indexer, shelf.delete(key, version))
        else:
            data = point_csv((chance.randint(-90, 90), chance.randint(-180, 180)))
            await index_object(indexer, shelf.put(key, data, version))
        if chance.random() < 0.3:
            await asyncio.gather(folder.drain(FIRST), Folder(table).drain(FIRST))
    await settled(folder)
    holdings = await assert_right(table, shelf)
    entries = await listed(table)
    items = await list_items(table, ROOT, Listed(limit=100), data_url="https://x.org")
    assert len(items.documents) == len(shelf.objects)

    count = await rebuild_repository(Rebuilder(indexer, folder, shelf.list_objects), REPOSITORY_UID)
    assert count == len(shelf.objects)
    edition = (await find_editions(table, REPOSITORY_UID)).current
    assert (await find_holdings(table, edition)).holdings == holdings
    assert await listed(table) == entries
    assert await list_items(table, ROOT, Listed(limit=100), data_url="https://x.org") == items


def count_reads(table: DynamoTable, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Requests to the engine, and the rows that came of them."""
    reads, query, batch = Counter[str](), table.client.query, table.client.batch_get_item

    async def counted_query(**request: Any) -> Any:
        answer = await query(**request)
        reads.update({"queries": 1, "rows": answer["Count"]})
        return answer

    async def counted_batch(**request: Any) -> Any:
        reads["batches"] += 1
        return await batch(**request)

    monkeypatch.setattr(table.client, "query", counted_query)
    monkeypatch.setattr(table.client, "batch_get_item", counted_batch)
    return reads


@pytest.mark.slow
async def test_items_are_found_with_few_reads(
    table: DynamoTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, world = random.Random(2), World(table)
    await world.fill(chance, 60)
    for _ in range(12):
        asked = query_of(chance)
        assert told(await world.pages(asked)) == world.expected(asked), asked
    reads = count_reads(table, monkeypatch)
    for _ in range(12):
        reads.clear()
        asked = {"limit": 5, "bbox": [7.0, 47.0, 7.5, 47.5]}
        await world.page(asked)
        # Cells of one level and the lists of what is larger, of short ones and long ones; and once
        # more what may follow. Repositories, editions, items; and what is not settled.
        assert reads["queries"] <= 2 * 2 * (12 + 4 + 4 + 1) + 1
        assert reads["batches"] <= 2 * 3
        assert reads["rows"] <= 2 * 2 * (12 + 4 + 4 + 1) * 11
