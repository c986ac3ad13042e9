"""Opens a service's table where the settings say."""

from shared.settings import Settings
from shared.tables.port import Schema, Table
from shared.tables.sqlite import open_sqlite


async def open_table(schema: Schema, *, service: str, settings: Settings) -> Table:
    """`$COOP_HOME/<service>/<schema name>.db`; Unavailable if it cannot be opened."""
    return await open_sqlite(schema, settings.home / service / f"{schema.name}.db")
