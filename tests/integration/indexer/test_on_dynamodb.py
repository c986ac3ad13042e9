"""The indexer's records on a real DynamoDB engine: they add up, and a rebuild finds them right."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from services.indexer.operations.asking import list_items
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object, remove_object
from services.indexer.operations.rebuilding import Rebuilder, rebuild_repository
from services.indexer.store.editions import find_editions
from services.indexer.store.layout import SCHEMA
from services.indexer.store.sums import find_holdings
from shared.contracts.base import Listed
from shared.tables import Table
from shared.tables.dynamodb import Account, open_dynamodb
from tests import dynamodb_local
from tests.objects import REPOSITORY_UID, Shelf, indexer_on, point_csv
from tests.sums import FIRST, ROOT, assert_right, listed, settled


@pytest.fixture
async def table() -> AsyncIterator[Table]:
    """An empty one."""
    with dynamodb_local.running() as url:
        table = await open_dynamodb(
            SCHEMA, "coop-indexer", Account("us-east-1", url, "local", "local")
        )
        yield table
        await table.close()


async def test_any_history_adds_up_and_is_what_a_rebuild_makes(table: Table) -> None:
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
