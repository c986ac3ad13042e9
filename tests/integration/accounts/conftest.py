"""A real Kratos, and a real table in a temporary folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.kratos.config import KratosPlace
from services.accounts.kratos import Kratos
from services.accounts.store.layout import SCHEMA
from shared.outbox import Outbox
from shared.settings import Settings
from shared.tables import open_table
from tests import kratos_server


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[KratosPlace]:
    """Kratos, running with an empty database."""
    async with kratos_server.running(tmp_path) as place:
        yield place


@pytest.fixture
async def kratos(place: KratosPlace) -> AsyncIterator[Kratos]:
    """Our client of it."""
    kratos = Kratos(f"http://127.0.0.1:{place.admin_port}")
    yield kratos
    kratos.close()


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    """The outbox of an empty table."""
    table = await open_table(SCHEMA, service="accounts", settings=Settings(home=tmp_path))
    yield Outbox(table)
    await table.close()
