"""Makes a table of DynamoDB, or what an older one lacks: indexes and the time to live."""

from asyncio import sleep
from contextlib import suppress
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import Unavailable
from shared.tables.dynamodb_words import Wire
from shared.tables.port import EXPIRES_AT, Index, Schema

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

POLLS, POLL_SECONDS = 600, 0.5


async def ensure(client: "DynamoDBClient", schema: Schema, name: str, *, is_made: bool) -> None:
    """The table is there and complete afterwards; Unavailable if not. Several may do it at once."""
    try:
        table = await describe(client, name)
        if is_made and table is None:
            await create(client, schema, name)
            table = await until_active(client, name)
        if table is None:
            raise Unavailable(f"DynamoDB has no table {name}, and it is not to be made here")
        if is_made:
            await complete(client, schema, name)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"The table {name} cannot be opened: {error}") from error


async def describe(client: "DynamoDBClient", name: str) -> Wire | None:
    """The description, or None if there is no such table."""
    try:
        answer = await client.describe_table(TableName=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return dict(answer["Table"])


async def until_active(client: "DynamoDBClient", name: str) -> Wire:
    """Wait for the table and all its indexes."""
    for _ in range(POLLS):
        table = await describe(client, name)
        if table is not None:
            indexes = table.get("GlobalSecondaryIndexes", [])
            states = {table["TableStatus"], *(index["IndexStatus"] for index in indexes)}
            if states == {"ACTIVE"}:
                return table
        await sleep(POLL_SECONDS)
    raise Unavailable(f"The table {name} is not ready yet")


async def create(client: "DynamoDBClient", schema: Schema, name: str) -> None:
    """Ask for the table; another may have done so."""
    request: Wire = {
        "TableName": name,
        "KeySchema": key_schema("pk", "sk"),
        "AttributeDefinitions": attributes(schema),
        "BillingMode": "PAY_PER_REQUEST",
    }
    if schema.indexes:
        request["GlobalSecondaryIndexes"] = [index_request(index) for index in schema.indexes]
    with suppress(client.exceptions.ResourceInUseException):
        await client.create_table(**request)


async def complete(client: "DynamoDBClient", schema: Schema, name: str) -> None:
    """Add the indexes an older table lacks, one at a time as DynamoDB wants it, and the TTL."""
    for index in schema.indexes:
        if index.name not in await indexes_of(client, name):
            try:
                await client.update_table(**added_index(schema, name, index))
            except ClientError:
                # Unless another was faster.
                if index.name not in await indexes_of(client, name):
                    raise
    await until_active(client, name)
    if not await has_expiry(client, name):
        try:
            await client.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES_AT},
            )
        except ClientError:
            if not await has_expiry(client, name):
                raise


async def indexes_of(client: "DynamoDBClient", name: str) -> set[str]:
    """The names of the indexes, once none is under way."""
    table = await until_active(client, name)
    return {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])}


async def has_expiry(client: "DynamoDBClient", name: str) -> bool:
    """Whether DynamoDB removes what expired, or is about to."""
    answer = await client.describe_time_to_live(TableName=name)
    return answer["TimeToLiveDescription"].get("TimeToLiveStatus") in ("ENABLED", "ENABLING")


def added_index(schema: Schema, name: str, index: Index) -> Wire:
    """The request that adds one index."""
    return {
        "TableName": name,
        "AttributeDefinitions": attributes(schema),
        "GlobalSecondaryIndexUpdates": [{"Create": index_request(index)}],
    }


def attributes(schema: Schema) -> list[Wire]:
    """The definitions of all attributes that are keys somewhere; all are texts."""
    names = ["pk", "sk"]
    for index in schema.indexes:
        names += [index.partition, index.sort]
    return [{"AttributeName": name, "AttributeType": "S"} for name in dict.fromkeys(names)]


def key_schema(partition: str, sort: str) -> list[Wire]:
    """The two keys in DynamoDB's words."""
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def index_request(index: Index) -> Wire:
    """An index that holds whole items."""
    return {
        "IndexName": index.name,
        "KeySchema": key_schema(index.partition, index.sort),
        "Projection": {"ProjectionType": "ALL"},
    }
