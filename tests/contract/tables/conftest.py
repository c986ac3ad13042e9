"""One table for each test, on each of the three: SQLite, DynamoDB Local, SQLite at its worst."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.identifiers import new_uid
from shared.tables import Index, Schema, Table
from shared.tables.dynamodb import Account, open_dynamodb
from shared.tables.sqlite import open_sqlite
from tests import dynamodb_local
from tests.contract.tables.worst import open_worst

SCHEMA = Schema("things", (Index("outbox", "ob", "obsk"), Index("by-size", "kind", "size_key")))


@pytest.fixture(scope="session")
def dynamodb_url() -> Iterator[str]:
    """The address of a real engine."""
    with dynamodb_local.running() as url:
        yield url


@pytest.fixture
def account(dynamodb_url: str) -> Account:
    """Who asks it."""
    return Account("us-east-1", dynamodb_url, "local", "local")


@pytest.fixture(params=["sqlite", "dynamodb", "worst"])
async def table(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Table]:
    """An open table. On DynamoDB all tests share it, each with a `pk` of its own."""
    opened: Table
    if request.param == "sqlite":
        opened = await open_sqlite(SCHEMA, tmp_path / "things.db")
    elif request.param == "worst":
        opened = await open_worst(SCHEMA, tmp_path)
    else:
        opened = await open_dynamodb(SCHEMA, "things", request.getfixturevalue("account"))
    yield opened
    await opened.close()


@pytest.fixture
def pk() -> str:
    """A partition that no other test writes to."""
    return new_uid()
