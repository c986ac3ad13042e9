"""Objects come and go: what is known of them, their items and their events, in one transaction.

Every event carries the whole object and its version. What is not newer than what is kept changes
nothing, in whatever order and however often events come.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.indexer.models.editions import Edition
from services.indexer.models.superseded import Superseded
from services.indexer.operations.describing import described, pending
from services.indexer.sandbox.pool import Outcome
from services.indexer.stac.names import collection_id
from services.indexer.store.editions import find_editions
from services.indexer.store.files import (
    Entry,
    Known,
    Standing,
    find_file,
    find_standing,
    not_gone,
    put_gone,
    put_known,
    remove_known,
)
from shared.contracts.indexer import (
    FileDescribed,
    FileEvent,
    FileMetadata,
    FileRemoved,
    ItemFailed,
    ItemIndexed,
)
from shared.contracts.storage import StoredObject
from shared.outbox import Outbox, announce
from shared.races import until_won
from shared.tables import Action

# What is read sooner needs no note that it is being read.
PENDING_AFTER_SECONDS = 1.0


@dataclass(frozen=True)
class Indexer:
    """What indexing needs: where records go, how an object is read, whom to tell of new sums.

    `read` raises Superseded where the object is another by now, Unavailable where it cannot be had.
    """

    outbox: Outbox
    read: Callable[[StoredObject], Awaitable[Outcome]]
    ring: Callable[[], None]


async def index_object(indexer: Indexer, stored: StoredObject) -> None:
    """An object was made or overwritten. Raises Unavailable where it cannot be read now."""
    table = indexer.outbox.table
    editions = await find_editions(table, stored.repository_uid)
    standing = await find_standing(table, editions.written, stored.object_uid, stored.key)
    if not is_news(standing, stored.version):
        return
    reading = asyncio.ensure_future(indexer.read(stored))
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
    await keep(indexer, described(stored, outcome), standing, told=editions.current)


def is_news(standing: Standing, version: int) -> bool:
    """Whether any edition does not know this version of the object yet."""
    return standing.gone_at < version and any(
        _is_behind(entry, version) for _, entry in standing.entries
    )


def _is_behind(entry: Entry | None, version: int) -> bool:
    """Whether this version is newer than the entry, or is what the entry waits for."""
    if entry is None or entry.version < version:
        return True
    return entry.version == version and entry.counted.status == "pending"


async def keep(
    indexer: Indexer, known: Known, standing: Standing, *, told: Edition | None = None
) -> None:
    """Write what is known of an object, unless more is known by now.

    `standing` was found before the object was read; it is looked up anew only where it is not true
    any more. There is an event where it is news to the edition `told`.
    """
    table, file = indexer.outbox.table, known.file
    editions = [edition for edition, _ in standing.entries]
    found = iter([standing])

    async def attempt() -> bool:
        now = next(found, None)
        now = now or await find_standing(table, editions, file.object_uid, file.key)
        if now.gone_at >= file.version:
            return False
        behind = [
            (edition, entry)
            for edition, entry in now.entries
            if _is_behind(entry, file.version) and not _is_known(entry, known)
        ]
        if not behind:
            return False
        actions = [action for place in behind for action in put_known(place[0], known, place[1])]
        if told in [edition for edition, _ in behind]:
            actions.append(_event_of(known))
        await indexer.outbox.commit(not_gone(file.object_uid, file.version), *actions)
        return True

    if await until_won(attempt):
        indexer.ring()


def _is_known(entry: Entry | None, known: Known) -> bool:
    """Whether it was said before that this version waits."""
    return entry is not None and (entry.version, entry.counted) == (
        known.file.version,
        known.counted,
    )


def _event_of(known: Known) -> Action:
    file = known.file
    place = {"account_id": file.account_id, "repository_id": file.repository_id, "file": file}
    data: FileEvent
    if file.status == "indexed":
        collection = collection_id(file.account_id, file.repository_id)
        data = ItemIndexed(**place, collection_id=collection, item_id=file.item_id)
    elif file.status == "failed":
        data = ItemFailed(**place)
    else:
        data = FileDescribed(**place)
    return announce(data, aggregate=aggregate_of(file), version=file.version, actor=file.created_by)


def aggregate_of(file: FileMetadata) -> str:
    """What is known of an object is not the object, whose events are storage's."""
    return f"file-{file.object_uid}"


async def remove_object(indexer: Indexer, stored: StoredObject) -> None:
    """An object was deleted; `stored.version` is the version of the deletion."""

    async def attempt() -> bool:
        table = indexer.outbox.table
        editions = await find_editions(table, stored.repository_uid)
        standing = await find_standing(table, editions.written, stored.object_uid, stored.key)
        if standing.gone_at >= stored.version:
            return False
        file = await find_file(table, editions.current, stored.object_uid)
        actions: list[Action] = [put_gone(stored.object_uid, stored.version)]
        for edition, entry in standing.entries:
            if entry is not None and entry.version < stored.version:
                actions += remove_known(edition, entry)
        if file is not None and file.version < stored.version:
            actions.append(_removal_of(file, stored.version))
        await indexer.outbox.commit(*actions)
        return True

    if await until_won(attempt):
        indexer.ring()


def _removal_of(file: FileMetadata, version: int) -> Action:
    data = FileRemoved(
        account_id=file.account_id,
        repository_id=file.repository_id,
        file=file.model_copy(update={"version": version}),
    )
    return announce(data, aggregate=aggregate_of(file), version=version)
