"""A change of one object is a change of those that are read together with it.

Who reads an object writes down what it asked for, and then looks whether that is so still; who
changes an object writes that down, and then looks who asked for it. So one of the two sees the
other, in whatever order they come.
"""

from contextlib import suppress

from services.indexer.models.editions import Edition, Editions
from services.indexer.models.stored import Stored
from services.indexer.models.superseded import Superseded
from services.indexer.operations.beside import (
    Beside,
    first_of,
    listings_with,
    names_of,
    version_seen,
)
from services.indexer.operations.describing import described
from services.indexer.operations.keeping import Indexer, event_of, version_after, write
from services.indexer.store.beside import find_newest, neighbours_of
from services.indexer.store.editions import find_editions
from services.indexer.store.files import Standing, find_standing
from shared.contracts.indexer import FileMetadata
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.outbox import next_version
from shared.tables import Action, ConditionFailed, Table

ATTEMPTS = 5


async def follow(
    indexer: Indexer,
    stored: Stored,
    editions: Editions,
    *,
    is_alone: bool = True,
    named_by: str = "",
) -> None:
    """Let all that is read together with an object be as the object is now.

    It is one of these itself unless it `is_alone`, and named by the document that it was read as
    `named_by`. Raises Unavailable where that is to be tried again.
    """
    table = indexer.outbox.table
    own, *others = [
        await neighbours_of(table, editions.written, name) for name in names_of(stored.key)
    ]
    keys = await _keys_behind(table, stored, editions, own.askers)
    for listing in listings_with(stored.key):
        listing_it = await neighbours_of(table, editions.written, listing)
        keys = [*keys, *sorted({key for key, _ in listing_it.askers} - set(keys))]
    if not is_alone or first_of(own, *others) != named_by:
        keys = [stored.key, *keys]
    for key in keys:
        await catch_up(indexer, stored, key)


async def _keys_behind(
    table: Table, stored: Stored, editions: Editions, askers: set[tuple[str, int]]
) -> list[str]:
    """The keys of those that were read with another version of the object than there is now."""
    if not askers:
        return []
    (now,) = await find_newest(table, editions.written, [stored.object_uid])
    return sorted({key for key, seen in askers if seen != version_seen(key, now)})


async def catch_up(indexer: Indexer, stored: Stored, key: str) -> None:
    """Let the object of this key, in the repository of `stored`, know what is beside it now.

    Raises Unavailable where that is to be tried again.
    """
    for _ in range(ATTEMPTS):
        with suppress(ConditionFailed):
            if await _is_as_it_should_be(indexer, stored, key):
                return
    raise Unavailable("What is beside it changes faster than it is read.")


async def _is_as_it_should_be(indexer: Indexer, stored: Stored, key: str) -> bool:
    """Whether the object of this key, in the repository of `stored`, knows what is beside it.

    If not, it is read again. Raises ConditionFailed where it changed meanwhile.
    """
    table = indexer.outbox.table
    editions = await find_editions(table, stored.repository_uid)
    uid = object_uid(stored.repository_uid, key)
    (file,) = await find_newest(table, editions.written, [uid])
    if file is None:
        return True
    names = {"account_id": stored.account_id, "repository_id": stored.repository_id}
    file = file.model_copy(update=names)
    standing = await find_standing(table, editions.written, uid, key)
    behind = await _behind(Beside(table, editions, file), file, standing)
    return not behind.entries or not await _read_again(indexer, file, behind, editions)


async def _behind(beside: Beside, file: FileMetadata, standing: Standing) -> Standing:
    """The entries of this version of the object that were made of what is not so any more.

    Who still waits looks for itself once it is read.
    """
    await beside.look_up()
    entries = [
        (edition, entry)
        for edition, entry in standing.entries
        if entry is not None
        and entry.version == file.version
        and entry.counted.status != "pending"
        and not (entry.named_by == beside.named_by and await beside.is_as(entry.beside))
    ]
    return Standing(standing.gone_at, entries)


async def _read_again(
    indexer: Indexer, file: FileMetadata, behind: Standing, editions: Editions
) -> bool:
    """Whether there was something to read still, and what it says was written."""
    outbox = indexer.outbox
    beside = Beside(outbox.table, editions, file)
    try:
        outcome = await indexer.look(file, beside)
    except Superseded:
        return False
    known = await described(file, outcome, beside, indexer.limits)
    events: dict[Edition, Action] = {}
    if editions.current in [edition for edition, _ in behind.entries]:
        # Its own version was told before.
        version = await version_after(outbox, file, next_version(file.version))
        events[editions.current] = event_of(known, version)
    await write(indexer, known, behind.entries, events)
    indexer.ring()
    return True
