"""A repository that nobody gets back: everything that was derived of it goes."""

from services.indexer.operations.rebuilding import discard
from services.indexer.store.editions import find_editions, forget_editions
from shared.contracts.repositories import Repository
from shared.tables import Table


async def purge_repository(table: Table, repository: Repository) -> None:
    """All editions, in steps that can be cut short anywhere."""
    editions = await find_editions(table, repository.repository_uid)
    for edition in editions.written:
        await discard(table, edition)
    await forget_editions(table, repository.repository_uid)
