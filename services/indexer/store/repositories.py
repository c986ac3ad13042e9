"""The repositories that events have told of, by name (the rows are shared.projection's)."""

from shared.contracts.repositories import Repository
from shared.paging import Stretch
from shared.tables import Table

NAMES = "REPOSITORY_ID"
CHUNK = 100


def place_of(repository: Repository) -> str:
    """Where a repository stands in the order of names."""
    return f"{repository.account_id}/{repository.repository_id}"


async def repositories_after(
    table: Table, account_id: str, place: str | None
) -> Stretch[Repository]:
    """The next repositories, of one account where it is given; deleted ones too."""
    page = await table.query(
        NAMES,
        prefix=f"{account_id}/" if account_id else None,
        start=f"{place}\0" if place else None,
        limit=CHUNK,
    )
    found = [Repository.model_validate_json(row["body"]) for row in page.items]
    return found, place_of(found[-1]) if page.cursor and found else None
