"""Everything derived is made anew from what storage has, while the old is read and events come in.

From the moment an edition is begun, every event is written to it too; what was there before comes
from storage's list. An object that changes between the two is written by whichever is newer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.indexer.models.editions import Edition
from services.indexer.models.superseded import Superseded
from services.indexer.operations.beside import Beside
from services.indexer.operations.describing import described
from services.indexer.operations.folder import Folder
from services.indexer.operations.following import follow
from services.indexer.operations.keeping import Indexer, is_news
from services.indexer.operations.naming import keep_all
from services.indexer.sandbox.pool import Outcome
from services.indexer.store.editions import (
    begin_edition,
    find_editions,
    finish_edition,
    give_up_edition,
)
from services.indexer.store.files import cells_behind, find_standing, places_beside, some_kept
from services.indexer.store.layout import file_key, holdings_key
from services.indexer.store.named import places_named
from services.indexer.store.sums import find_waiting, taken
from shared.contracts.storage import ObjectPage, StoredObject
from shared.errors import Problem, Unavailable, ungrouped
from shared.tables import Delete, Table

AT_ONCE = 8
WRITE_ACTIONS = 100
PAUSE_SECONDS = 0.05
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)

ListObjects = Callable[[str, str | None], Awaitable[ObjectPage]]


@dataclass(frozen=True)
class Rebuilder:
    """What a rebuild needs: `list_objects` of a repository's uid from a cursor on."""

    indexer: Indexer
    folder: Folder
    list_objects: ListObjects

    @property
    def table(self) -> Table:
        """Where records are kept."""
        return self.indexer.outbox.table


async def rebuild_repository(rebuilder: Rebuilder, repository_uid: str) -> int:
    """Make the next edition of a repository and let it be read; how many objects it has.

    Raises ConditionFailed where another rebuild of it began, and what reading objects raises: the
    edition that is read is then the one before.
    """
    table = rebuilder.table
    before = await find_editions(table, repository_uid)
    edition = await begin_edition(table, repository_uid)
    try:
        if before.building is not None:
            await discard(table, before.building)
        count = await _write(rebuilder, edition)
        await _add_up(rebuilder, edition)
        await finish_edition(table, edition)
    except BaseException:
        await give_up_edition(table, edition)
        await discard(table, edition)
        raise
    await discard(table, before.current)
    return count


async def _add_up(rebuilder: Rebuilder, edition: Edition) -> None:
    """Until nothing waits and what was too wide is right."""
    while not await rebuilder.folder.drain(edition):  # noqa: ASYNC110 (other processes work too)
        await asyncio.sleep(PAUSE_SECONDS)


async def _write(rebuilder: Rebuilder, edition: Edition) -> int:
    """All objects of the repository, some at a time."""
    count = 0
    cursor: str | None = None
    while True:
        page = await rebuilder.list_objects(edition.repository_uid, cursor)
        for start in range(0, len(page.objects), AT_ONCE):
            await _write_some(rebuilder, edition, page.objects[start : start + AT_ONCE])
        count += len(page.objects)
        cursor = page.cursor
        if cursor is None:
            return count


async def _write_some(
    rebuilder: Rebuilder, edition: Edition, objects: Sequence[StoredObject]
) -> None:
    with ungrouped(Problem):
        async with asyncio.TaskGroup() as group:
            for stored in objects:
                group.create_task(_write_one(rebuilder.indexer, edition, stored))


async def _write_one(indexer: Indexer, edition: Edition, stored: StoredObject) -> None:
    table = indexer.outbox.table
    standing = await find_standing(table, [edition], stored.object_uid, stored.key)
    if not is_news(standing, stored.version):
        return
    beside = Beside(table, await find_editions(table, stored.repository_uid), stored)
    try:
        outcome = await _read(indexer, stored, beside)
    except Superseded:
        return
    known = await described(stored, outcome, beside, indexer.limits)
    await keep_all(indexer, known, standing)
    is_alone, named_by = not beside.versions, beside.named_by
    await follow(indexer, stored, beside.editions, is_alone=is_alone, named_by=named_by)


async def _read(indexer: Indexer, stored: StoredObject, beside: Beside) -> Outcome:
    """The object, also when the data door is away for some seconds."""
    for pause in RETRY_SECONDS:
        try:
            return await indexer.look(stored, beside)
        except Unavailable:
            await asyncio.sleep(pause)
    return await indexer.look(stored, beside)


async def discard(table: Table, edition: Edition) -> None:
    """Remove an edition that nobody reads any more.

    Its files go last, by which all else is found, so that one that was cut short can go on.
    """
    while waiting := await find_waiting(table, edition, limit=WRITE_ACTIONS):
        await table.write(*(taken(edition, one) for one in waiting))
    while files := await some_kept(table, edition):
        beside = {place for one in files for place in places_beside(edition, one)}
        beside |= set(await cells_behind(table, edition, [one.file for one in files]))
        for one in files:
            if one.is_naming:
                beside |= await places_named(table, edition, one.file.object_uid)
        await _delete(table, sorted(beside))
        await _delete(table, [(file_key(edition), one.file.object_uid) for one in files])
    await _delete(table, [holdings_key(edition)])


async def _delete(table: Table, places: Sequence[tuple[str, str]]) -> None:
    for start in range(0, len(places), WRITE_ACTIONS):
        await table.write(*(Delete(pk, sk) for pk, sk in places[start : start + WRITE_ACTIONS]))
