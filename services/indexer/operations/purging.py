"""A repository that nobody gets back: everything that was derived of it goes."""

from contextlib import aclosing

from services.indexer.operations.keeping import aggregate_of
from services.indexer.operations.rebuilding import discard
from services.indexer.store.editions import find_editions, forget_editions
from services.indexer.store.files import all_files
from services.indexer.store.houses import forget_house
from services.indexer.store.mirrors import forget_mirror
from shared.contracts.repositories import Repository
from shared.errors import Unavailable
from shared.outbox import Outbox


async def purge_repository(outbox: Outbox, repository: Repository) -> None:
    """All editions, and what was told of their files, in steps that can be cut short anywhere.

    Unavailable while events of it wait to be published; then it is to be done again.
    """
    editions = await find_editions(outbox.table, repository.repository_uid)
    for edition in editions.written:
        async with aclosing(all_files(outbox.table, edition)) as files:
            async for file in files:
                if not await outbox.forget(aggregate_of(file)):
                    raise Unavailable("Events of it wait to be published.")
        await discard(outbox.table, edition)
    await forget_editions(outbox.table, repository.repository_uid)
    await forget_house(outbox.table, repository.repository_uid)
    await forget_mirror(outbox.table, repository.repository_uid)
