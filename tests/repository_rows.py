"""Repositories as events have told the indexer of them, and items in them, without the events."""

from datetime import UTC, datetime
from typing import Any

from services.indexer.models.counted import CountedItem
from services.indexer.models.editions import Edition
from services.indexer.models.extents import Extent
from services.indexer.models.placed import placed_of
from services.indexer.operations.housing import house_for
from services.indexer.store import items
from shared.contracts.repositories import Repository
from shared.snapshots import names_of
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
    """As the projection keeps it, by each of its names."""
    body = repository.model_dump_json()
    names = names_of(repository)
    await table.write(*(Put({"pk": kind, "sk": name, "body": body}) for kind, name in names))


async def put_item(
    table: Table,
    repository: Repository,
    item_id: str,
    before: dict[str, Any] | None = None,
    **more: Any,
) -> None:
    """A small item, at the edge of Basel where nothing else is said; `before` was in its place."""
    item = {
        "id": item_id,
        "geometry": {"type": "Point", "coordinates": [7.58, 47.56]},
        "properties": {"datetime": "1999-06-30T00:00:00Z"},
        "assets": {"data": {"href": f"{item_id}.tif"}},
        **more,
    }
    edition, house = Edition(repository.repository_uid, 1), house_for(repository)
    old = counted_of(item_id, before) if before else None
    await table.write(*items.put_item(edition, item, counted_of(item_id, item), house, old))


def counted_of(item_id: str, item: dict[str, Any]) -> CountedItem:
    """What it counts for, as far as finding it goes."""
    bbox = [7.58, 47.56, 7.58, 47.56]
    extent = Extent.of(bbox, "1999-06-30T00:00:00Z")
    return CountedItem(item_id=item_id, bbox=bbox, extent=extent, placed=placed_of(item))
