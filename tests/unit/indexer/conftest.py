"""Real tables in temporary folders: SQLite as it is, and as bad as DynamoDB at its worst."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.indexer.store.layout import SCHEMA
from shared.settings import Settings
from shared.tables import Table, open_table
from tests.contract.tables.worst import open_worst


@pytest.fixture(params=["plain", "worst"])
async def table(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Table]:
    """An empty table."""
    if request.param == "plain":
        made = await open_table(SCHEMA, service="indexer", settings=Settings(home=tmp_path))
    else:
        made = await open_worst(SCHEMA, tmp_path)
    yield made
    await made.close()
