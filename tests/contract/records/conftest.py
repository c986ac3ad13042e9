"""The tables of accounts, repositories and storage on SQLite, at its worst too, and DynamoDB."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.accounts.store.layout import SCHEMA as ACCOUNTS
from services.repositories.store.layout import SCHEMA as REPOSITORIES
from services.storage.store.layout import SCHEMA as STORAGE
from shared.identifiers import new_uid
from shared.outbox import Outbox
from shared.tables import Schema, Table
from shared.tables.dynamodb import Account, open_dynamodb
from shared.tables.sqlite import open_sqlite
from tests import dynamodb_local
from tests.contract.tables.worst import open_worst

ENGINES = ["sqlite", "dynamodb", "worst"]


@pytest.fixture(scope="module")
def dynamodb_url() -> Iterator[str]:
    """The address of a real engine."""
    with dynamodb_local.running() as url:
        yield url


async def open_on(request: pytest.FixtureRequest, schema: Schema, folder: Path) -> Table:
    """An empty table on the engine that the test runs on."""
    if request.param == "sqlite":
        return await open_sqlite(schema, folder / "records.db")
    if request.param == "worst":
        return await open_worst(schema, folder)
    account = Account("us-east-1", request.getfixturevalue("dynamodb_url"), "local", "local")
    return await open_dynamodb(schema, f"{schema.name}-{new_uid()}", account)


@pytest.fixture(params=ENGINES)
async def accounts(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outbox]:
    """The outbox of accounts."""
    table = await open_on(request, ACCOUNTS, tmp_path)
    yield Outbox(table)
    await table.close()


@pytest.fixture(params=ENGINES)
async def repositories(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outbox]:
    """The outbox of repositories."""
    table = await open_on(request, REPOSITORIES, tmp_path)
    yield Outbox(table)
    await table.close()


@pytest.fixture(params=ENGINES)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outbox]:
    """The outbox of storage."""
    table = await open_on(request, STORAGE, tmp_path)
    yield Outbox(table)
    await table.close()
