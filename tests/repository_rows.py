"""Repositories as events have told the indexer of them, and items in them, without the events."""

from datetime import UTC, datetime
from typing import Any

import orjson

from services.indexer.models.editions import Edition
from services.indexer.store.layout import item_key
from shared.contracts.repositories import Repository
from shared.tables import Put, Table

MOMENT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def repository_of(account_id: str, repository_id: str) -> Repository:
    """One of these names."""
    return Repository(
        repository_uid=f"{account_id}.{repository_id}",
        repository_id=repository_id,
        account_uid=account_id,
        account_id=account_id,
        title=repository_id,
        created_at=MOMENT,
        updated_at=MOMENT,
    )


async def put_repository(table: Table, repository: Repository) -> None:
    """As the projection keeps it, by name."""
    name = f"{repository.account_id}/{repository.repository_id}"
    body = repository.model_dump_json()
    await table.write(Put({"pk": "REPOSITORY_ID", "sk": name, "body": body}))


async def put_item(table: Table, repository: Repository, item_id: str, **more: Any) -> None:
    """A small item, at the edge of Basel where nothing else is said."""
    item = {
        "id": item_id,
        "geometry": {"type": "Point", "coordinates": [7.58, 47.56]},
        "properties": {"datetime": "1999-06-30T00:00:00Z"},
        "assets": {"data": {"href": f"{item_id}.tif"}},
        **more,
    }
    pk = item_key(Edition(repository.repository_uid, 1))
    await table.write(Put({"pk": pk, "sk": item_id, "body": orjson.dumps(item).decode()}))
