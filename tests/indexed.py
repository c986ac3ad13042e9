"""What the indexer has made of the objects of one repository, asked for over the bus."""

from typing import Any

from shared.contracts.base import Actor
from shared.contracts.indexer import Directory, DirectoryEntry, ListDirectory, ListItems
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Door
from tests.operator_feed import stored

SERVICES = {"COOP_SERVICES": "accounts,repositories,storage,indexer"}
PAGE = 500


def owner_of(door: Door) -> Actor:
    """Who may see everything of `river-lab`."""
    return actor_of(door.people["owner"].account)


def entries_of(door: Door, repository_id: str, prefix: str = "") -> list[DirectoryEntry]:
    """All entries of one directory."""
    entries: list[DirectoryEntry] = []
    cursor: str | None = None
    while True:
        page = directory(door, repository_id, prefix, cursor)
        entries += page.entries
        cursor = page.cursor
        if cursor is None:
            return entries


def directory(
    door: Door, repository_id: str, prefix: str = "", cursor: str | None = None
) -> Directory:
    """One page of a directory."""
    return door.ask(
        ListDirectory(
            actor=owner_of(door),
            account_id=ACCOUNT,
            repository_id=repository_id,
            prefix=prefix,
            limit=PAGE,
            cursor=cursor,
        )
    )


def items_of(door: Door, repository_id: str) -> list[dict[str, Any]]:
    """All STAC items of the repository's collection."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = door.ask(
            ListItems(
                actor=owner_of(door),
                collection_id=f"{ACCOUNT}--{repository_id}",
                limit=PAGE,
                cursor=cursor,
            )
        )
        items += page.documents
        cursor = page.cursor
        if cursor is None:
            return items


def is_settled(door: Door, repository_id: str, files: int) -> bool:
    """Whether so many files are there and none waits to be read."""
    root = directory(door, repository_id)
    return root.files == files and not any(
        entry.pending or entry.status == "pending" for entry in root.entries
    )


async def events_of(door: Door, repository_id: str) -> list[dict[str, Any]]:
    """Every event of storage and indexer about the repository."""
    events = await stored(door.platform.ready, "COOP_DATA", "coop.v1.>")
    return [one for one in events if one["data"]["repository_id"] == repository_id]
