"""Which table the settings open."""

from pathlib import Path

from shared.settings import Settings, TablesSettings
from shared.tables import Put, Schema, open_table
from shared.tables.dynamodb import Account, DynamoTable

SCHEMA = Schema("things")


async def test_sqlite_is_a_file_of_the_service(tmp_path: Path) -> None:
    table = await open_table(SCHEMA, service="library", settings=Settings(home=tmp_path))
    await table.write(Put({"pk": "p", "sk": "a"}))
    await table.close()
    assert (tmp_path / "library" / "things.db").is_file()


async def test_dynamodb_is_a_table_with_the_services_name(tmp_path: Path, account: Account) -> None:
    tables = TablesSettings(
        backend="dynamodb",
        endpoint_url=account.endpoint_url,
        prefix="test-",
        access_key_id="local",
        secret_access_key="local",
    )
    settings = Settings(home=tmp_path, tables=tables)
    table = await open_table(SCHEMA, service="library", settings=settings)
    assert isinstance(table, DynamoTable)
    assert table.name == "test-library-things"
    await table.write(Put({"pk": "p", "sk": "a"}))
    assert await table.get("p", "a") == {"pk": "p", "sk": "a"}
    await table.close()
