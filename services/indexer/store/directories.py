"""One page of a directory as people see it: files and directories by name."""

from services.indexer.models.editions import Edition
from services.indexer.store.files import entry_of
from services.indexer.store.layout import directory_key, split
from services.indexer.store.sums import sums_of
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
    if "directory" in row:
        prefix, sums = row["directory"], sums_of(row)
        return DirectoryEntry.model_validate(
            {
                "name": f"{split(prefix.removesuffix('/'))[1]}/",
                "key": prefix,
                "is_directory": True,
                "size": sums.size,
                "files": sums.files,
                "changed_at": sums.changed,
                "pending": sums.pending,
            }
        )
    entry = entry_of(row)
    return DirectoryEntry.model_validate(
        {
            "name": split(entry.key)[1],
            "key": entry.key,
            "is_directory": False,
            "size": entry.counted.size,
            "changed_at": entry.counted.changed,
            "status": entry.counted.status,
            "summary": entry.summary,
            "format": entry.counted.format,
        }
    )
