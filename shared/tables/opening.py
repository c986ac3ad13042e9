"""Opens a service's table where the settings say."""

from shared.settings import Settings
from shared.tables.port import Schema, Table
from shared.tables.sqlite import open_sqlite


async def open_table(schema: Schema, *, service: str, settings: Settings) -> Table:
    """`$COOP_HOME/<service>/<schema name>.db`, or DynamoDB's `<prefix><service>-<schema name>`.

    Raises Unavailable if it cannot be opened.
    """
    tables = settings.tables
    if tables.backend == "sqlite":
        return await open_sqlite(schema, settings.home / service / f"{schema.name}.db")
    # The AWS client takes a third of a second to import, and most never need it.
    from shared.tables.dynamodb import Account, open_dynamodb  # noqa: PLC0415 - see above

    account = Account(
        region=tables.region,
        endpoint_url=tables.endpoint_url,
        access_key_id=tables.access_key_id,
        secret_access_key=tables.secret_access_key,
    )
    name = f"{tables.prefix}{service}-{schema.name}"
    return await open_dynamodb(schema, name, account, is_made=tables.create)
