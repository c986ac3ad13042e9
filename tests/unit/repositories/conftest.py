"""A real table in a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.repositories.store.layout import SCHEMA
from shared.outbox import Outbox
from shared.settings import Settings
from shared.tables import open_table


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    """The outbox of an empty table."""
    table = await open_table(SCHEMA, service="repositories", settings=Settings(home=tmp_path))
    yield Outbox(table)
    await table.close()
