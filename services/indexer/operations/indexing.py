"""Objects come and go: what is known of them, their items and their events, in one transaction.

Every event carries the whole object and its version. What is not newer than what is kept changes
nothing, in whatever order and however often events come.
"""

import asyncio

from services.indexer.models.superseded import Superseded
from services.indexer.operations.beside import Beside
from services.indexer.operations.describing import described, pending
from services.indexer.operations.following import follow
from services.indexer.operations.housing import settle_item
from services.indexer.operations.keeping import (
    Indexer,
    aggregate_of,
    is_news,
    is_read_alone,
    keep,
    version_after,
)
from services.indexer.operations.naming import forget_named, keep_all
from services.indexer.store.editions import find_editions
from services.indexer.store.files import (
    Standing,
    find_file,
    find_standing,
    put_gone,
    remove_known,
)
from shared.contracts.indexer import FileMetadata, FileRemoved
from shared.contracts.storage import StoredObject
from shared.outbox import announce
from shared.races import until_won
from shared.tables import Action

# What is read sooner needs no note that it is being read.
PENDING_AFTER_SECONDS = 1.0


async def index_object(indexer: Indexer, stored: StoredObject) -> None:
    """An object was made or overwritten. Raises Unavailable where it cannot be read now."""
    table = indexer.outbox.table
    editions = await find_editions(table, stored.repository_uid)
    standing = await find_standing(table, editions.written, stored.object_uid, stored.key)
    beside = Beside(table, editions, stored)
    if is_news(standing, stored.version):
        await _index_news(indexer, stored, standing, beside)
    else:
        await _settle(indexer, standing)
        beside.named_by = _named_before(standing)
    is_alone = not beside.versions and is_read_alone(standing)
    await follow(indexer, stored, editions, is_alone=is_alone, named_by=beside.named_by)


def _named_before(standing: Standing) -> str:
    """The document that it was read as named by."""
    return next((entry.named_by for _, entry in standing.entries if entry), "")


async def _settle(indexer: Indexer, standing: Standing) -> None:
    """Who wrote its items may not have come to look where they belong."""
    for edition, entry in standing.entries:
        if entry is not None and entry.counted.item is not None:
            await settle_item(indexer.outbox.table, edition, entry.counted.item.item_id)


async def _index_news(
    indexer: Indexer, stored: StoredObject, standing: Standing, beside: Beside
) -> None:
    reading = asyncio.ensure_future(indexer.look(stored, beside))
    try:
        await asyncio.wait({reading}, timeout=PENDING_AFTER_SECONDS)
        if not reading.done():
            await keep(indexer, pending(stored), standing)
        outcome = await reading
    except Superseded:
        return
    except Exception:
        await keep(indexer, pending(stored), standing)
        raise
    finally:
        reading.cancel()
    known = await described(stored, outcome, beside, indexer.limits)
    await keep_all(indexer, known, standing, told=beside.editions.current)


async def remove_object(indexer: Indexer, stored: StoredObject) -> None:
    """An object was deleted; `stored.version` is the version of the deletion."""
    table = indexer.outbox.table

    async def attempt() -> bool:
        editions = await find_editions(table, stored.repository_uid)
        standing = await find_standing(table, editions.written, stored.object_uid, stored.key)
        is_news = standing.gone_at < stored.version
        left = [
            (edition, entry)
            for edition, entry in standing.entries
            if entry is not None and entry.version < stored.version
        ]
        if not (is_news or left):
            return False
        file = await find_file(table, editions.current, stored.object_uid)
        actions: list[Action] = [put_gone(stored.object_uid, stored.version)] if is_news else []
        if file is not None and file.version < stored.version:
            actions.append(await _removal_of(indexer, file, standing, stored.version))
        # The first is the one that is read; a transaction holds a hundred actions.
        for edition, entry in left:
            actions += remove_known(edition, entry)
            await indexer.outbox.commit(*actions)
            actions = []
        await indexer.outbox.commit(*actions)
        return True

    if await until_won(attempt):
        indexer.ring()
    editions = await find_editions(table, stored.repository_uid)
    await forget_named(indexer, stored, editions)
    await follow(indexer, stored, editions)


async def _removal_of(
    indexer: Indexer, file: FileMetadata, standing: Standing, version: int
) -> Action:
    data = FileRemoved(
        account_id=file.account_id,
        repository_id=file.repository_id,
        file=file.model_copy(update={"version": version}),
    )
    if not is_read_alone(standing):
        version = await version_after(indexer.outbox, file, version)
    return announce(data, aggregate=aggregate_of(file), version=version)
