"""The records, opened for a command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.storage.settings import ServiceSettings
from services.storage.store.layout import SCHEMA
from shared.outbox import Outbox
from shared.tables import open_table


@asynccontextmanager
async def opened_records(settings: ServiceSettings) -> AsyncIterator[Outbox]:
    """Those that the settings name, beside whichever process serves them."""
    table = await open_table(SCHEMA, service="storage", settings=settings)
    try:
        yield Outbox(table)
    finally:
        await table.close()
