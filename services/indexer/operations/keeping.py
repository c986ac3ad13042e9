"""What is known of an object is written down, with its event, unless more is known by now."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.indexer.extractors.content.names import known_by_name
from services.indexer.models.editions import Edition
from services.indexer.models.stored import Stored
from services.indexer.operations.beside import Beside
from services.indexer.operations.housing import house_of, settle_item
from services.indexer.sandbox.pool import Outcome
from services.indexer.settings import StacSettings
from services.indexer.stac.names import collection_id
from services.indexer.store.files import (
    Entry,
    Known,
    Standing,
    drop_beside,
    find_standing,
    not_gone,
    put_known,
)
from shared.contracts.indexer import (
    FileDescribed,
    FileEvent,
    FileMetadata,
    ItemFailed,
    ItemIndexed,
)
from shared.outbox import Outbox, announce, next_version
from shared.purged import is_purged, not_purged
from shared.races import until_won
from shared.tables import Action
from shared.tables.limits import WRITE_ACTIONS


@dataclass(frozen=True)
class Indexer:
    """What indexing needs: where records go, how an object is read, whom to tell of new sums.

    `read` raises Superseded where the object is another by now, Unavailable where it cannot be had.
    `limits` are those of uploaded STAC.
    """

    outbox: Outbox
    read: Callable[[Stored, Beside], Awaitable[Outcome]]
    ring: Callable[[], None]
    limits: StacSettings = field(default_factory=StacSettings)

    async def look(self, stored: Stored, beside: Beside) -> Outcome:
        """What an object says of itself, of which some say all in their names. Raises as `read`."""
        facts = known_by_name(stored.key)
        outcome = Outcome("read", facts) if facts else await self.read(stored, beside)
        await beside.look_up()
        return outcome


def is_news(standing: Standing, version: int) -> bool:
    """Whether any edition does not know this version of the object yet."""
    return standing.gone_at < version and any(
        is_behind(entry, version) for _, entry in standing.entries
    )


def is_behind(entry: Entry | None, version: int) -> bool:
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
        if now is None and await is_purged(table, file.repository_uid):
            return False
        now = now or await find_standing(table, editions, file.object_uid, file.key)
        if now.gone_at >= file.version:
            return False
        behind = [
            (edition, entry)
            for edition, entry in now.entries
            if is_behind(entry, file.version) and not _is_known(entry, known)
        ]
        if not behind:
            return False
        is_told = told in [edition for edition, _ in behind]
        events = {told: await _event_of(indexer, known, now)} if told and is_told else {}
        await write(indexer, known, behind, events)
        return True

    if await until_won(attempt):
        indexer.ring()


async def write(
    indexer: Indexer,
    known: Known,
    entries: Sequence[tuple[Edition, Entry | None]],
    events: Mapping[Edition, Action],
) -> None:
    """Into each of these editions, with its event. Raises ConditionFailed where one changed.

    One transaction for each, which holds a hundred actions: whoever does the same again does what
    is left.
    """
    table, file = indexer.outbox.table, known.file
    known = replace(known, house=await house_of(table, file.repository_uid))
    for edition, entry in entries:
        told = [events[edition]] if edition in events else []
        await _write_one(indexer, known, (edition, entry), told)
    if known.item and await house_of(table, file.repository_uid) != known.house:
        for edition, _ in entries:
            await settle_item(table, edition, known.item["id"])


async def _write_one(
    indexer: Indexer, known: Known, place: tuple[Edition, Entry | None], told: Sequence[Action]
) -> None:
    """Into one edition. Where a transaction is too small, what it is read with no more goes before.

    That leads nobody to it then: it is as if it had not been asked for by what was read before.
    """
    (edition, entry), file = place, known.file
    holds = (not_gone(file.object_uid, file.version), not_purged(file.repository_uid))
    actions = [*holds, *put_known(edition, known, entry), *told]
    if entry is not None and len(actions) > WRITE_ACTIONS:
        entry, dropping = drop_beside(edition, entry, known.beside)
        await indexer.outbox.commit(*holds, *dropping)
        actions = [*holds, *put_known(edition, known, entry), *told]
    await indexer.outbox.commit(*actions)


def _is_known(entry: Entry | None, known: Known) -> bool:
    """Whether it was said before that this version waits."""
    return entry is not None and (entry.version, entry.counted, entry.is_naming) == (
        known.file.version,
        known.counted,
        known.is_naming or entry.is_naming,
    )


async def _event_of(indexer: Indexer, known: Known, before: Standing) -> Action:
    """In the object's own version, unless more was told of it for what changed beside it."""
    version = known.file.version
    if known.beside or known.named_by or not is_read_alone(before):
        version = await version_after(indexer.outbox, known.file, version)
    return event_of(known, version)


def event_of(known: Known, version: int) -> Action:
    """What is told of an object that was read."""
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
    return announce(data, aggregate=aggregate_of(file), version=version, actor=file.created_by)


def is_read_alone(standing: Standing) -> bool:
    """Whether nothing beside the object has a say in what is kept of it, or ever had."""
    return not any(entry and (entry.beside or entry.was_named) for _, entry in standing.entries)


async def version_after(outbox: Outbox, file: FileMetadata, version: int) -> int:
    """This version, or the next after what was told of the object last."""
    latest = await outbox.latest_version(aggregate_of(file))
    return version if latest is None or latest < version else next_version(latest)


def aggregate_of(file: FileMetadata) -> str:
    """What is known of an object is not the object, whose events are storage's."""
    return f"file-{file.object_uid}"
