"""One page of a directory as people see it: files and directories by name."""

from services.indexer.models.counted import Counted
from services.indexer.models.editions import Edition
from services.indexer.store.layout import directory_key, split
from shared.contracts.base import Listed
from shared.contracts.indexer import DirectoryEntry
from shared.tables import Item, Table


async def page_of_directory(
    table: Table, edition: Edition, prefix: str, listed: Listed
) -> tuple[list[DirectoryEntry], str | None]:
    """Some entries of a directory, and the cursor of the next."""
    page = await table.query(
        directory_key(edition, prefix), limit=listed.limit, cursor=listed.cursor
    )
    return [_listed(row) for row in page.items], page.cursor


def _listed(row: Item) -> DirectoryEntry:
    return DirectoryEntry.model_validate(_directory(row) if "directory" in row else _file(row))


def _directory(row: Item) -> dict[str, object]:
    prefix: str = row["directory"]
    return {
        "name": f"{split(prefix.removesuffix('/'))[1]}/",
        "key": prefix,
        "is_directory": True,
        "size": row["size"],
        "files": row["files"],
        "pending": row["pending"],
        "changed_at": row["nt"],
    }


def _file(row: Item) -> dict[str, object]:
    key: str = row["key"]
    item = Counted.model_validate_json(row["counted"]).item
    return {
        "name": split(key)[1],
        "key": key,
        "is_directory": False,
        "size": row["size"],
        "status": row["status"],
        "summary": row["summary"],
        "format": row["format"],
        "item_id": item.item_id if item else "",
        "is_list": item is None and row.get("is_naming", False),
        "changed_at": row["nt"],
    }
