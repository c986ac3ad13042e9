"""Writing what an uploaded document names: the items of its list, and a word to each object.

A document waits (`pending`) until all of that is written, in steps that can be cut short anywhere:
what was begun is found by its rows, and gone on with when the event comes again. Who names an
object writes that down, and then has it read again; who is read looks who names it, writes, and
looks again (operations.following). So one of the two sees the other, in whatever order they come.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from services.indexer.models.counted import CountedItem, Delta
from services.indexer.models.editions import Edition, Editions
from services.indexer.models.houses import House
from services.indexer.models.named import NOTHING, Named
from services.indexer.models.stored import Stored
from services.indexer.operations.beside import objects_of
from services.indexer.operations.describing import pending
from services.indexer.operations.following import ATTEMPTS, catch_up
from services.indexer.operations.housing import house_of, settle_item
from services.indexer.operations.keeping import Indexer, is_behind, is_news, keep
from services.indexer.store.beside import find_newest
from services.indexer.store.editions import find_editions
from services.indexer.store.files import Entry, Known, Standing, find_standing
from services.indexer.store.layout import entry_key
from services.indexer.store.named import (
    Rows,
    digest_of,
    drop_named_key,
    find_named,
    forget_named_key,
    put_named_item,
    put_named_key,
    remove_named_item,
    told_named_key,
)
from services.indexer.store.sums import put_delta
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.tables import Absent, Action, Check, ConditionFailed, Equals

# A transaction has a hundred actions, some of them for the document, and four megabytes. An item
# has some ten, a key two.
ACTIONS = 96
ITEMS_AT_ONCE, KEYS_AT_ONCE = 20, 40


@dataclass
class Step:
    """Items that are written in one transaction."""

    actions: list[Action] = field(default_factory=list)
    left: list[CountedItem] = field(default_factory=list)
    came: list[CountedItem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Writing:
    """What is written of a document in one edition, while its entry is as it was."""

    indexer: Indexer
    document: Stored
    edition: Edition
    unchanged: Check

    async def commit(self, actions: Sequence[Action]) -> None:
        """One step. Raises ConditionFailed where the document is another by now."""
        await self.indexer.outbox.commit(self.unchanged, *actions)


async def keep_all(
    indexer: Indexer, known: Known, standing: Standing, *, told: Edition | None = None
) -> None:
    """As `keep`, with all that it names. Unavailable where it is changed faster than written."""
    if not (known.named or any(entry and entry.is_naming for _, entry in standing.entries)):
        await keep(indexer, known, standing, told=told)
        return
    file, table = known.file, indexer.outbox.table
    editions = [edition for edition, _ in standing.entries]
    waiting = replace(pending(file), is_naming=True)
    for _ in range(ATTEMPTS):
        await keep(indexer, waiting, standing)
        standing = await find_standing(table, editions, file.object_uid, file.key)
        if not is_news(standing, file.version):
            return
        with suppress(ConditionFailed):
            for edition, entry in standing.entries:
                if entry is not None and is_behind(entry, file.version):
                    writing = Writing(indexer, file, edition, _unchanged(edition, file, entry))
                    await _write(writing, known.named)
            await keep(indexer, known, standing, told=told)
            return
    raise Unavailable("It changes faster than what it names is written.")


async def forget_named(indexer: Indexer, stored: Stored, editions: Editions) -> None:
    """After a deletion: nothing is named any more, unless a newer document does."""
    table = indexer.outbox.table
    for edition in editions.written:
        if not await find_named(table, edition, stored.object_uid):
            continue
        standing = await find_standing(table, [edition], stored.object_uid, stored.key)
        ((_, entry),) = standing.entries
        if entry is None or not entry.is_naming:
            writing = Writing(indexer, stored, edition, _unchanged(edition, stored, entry))
            await _write(writing, NOTHING)


def _unchanged(edition: Edition, stored: Stored, entry: Entry | None) -> Check:
    when = Equals("revision", entry.revision) if entry else Absent()
    return Check(*entry_key(edition, stored.key), when=when)


async def _write(writing: Writing, named: Named) -> None:
    rows = await find_named(
        writing.indexer.outbox.table, writing.edition, writing.document.object_uid
    )
    if changed := _changed_items(rows, named):
        await _write_items(writing, rows, named, changed)
    for some in _steps(sorted(key for key in named.keys if not rows.keys.get(key)), KEYS_AT_ONCE):
        await _name(writing, some)
    for some in _steps(sorted(rows.keys.keys() - named.keys), KEYS_AT_ONCE):
        await _name_no_more(writing, some)


def _steps(names: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(names), most):
        yield names[first : first + most]


def _changed_items(rows: Rows, named: Named) -> list[str]:
    """The ids of the items that come, change or go."""
    came = [
        item_id
        for item_id, (item, _) in named.items.items()
        if item_id not in rows.items or rows.items[item_id].digest != digest_of(item)
    ]
    return [*came, *(rows.items.keys() - named.items.keys())]


async def _write_items(writing: Writing, rows: Rows, named: Named, item_ids: Sequence[str]) -> None:
    """As many at once as have room: how many rows an item has, depends on where it is."""
    table, edition = writing.indexer.outbox.table, writing.edition
    house = await house_of(table, edition.repository_uid)
    step = Step()
    for item_id in item_ids:
        actions = _actions_of(writing, rows, named, item_id, house)
        is_full = len(step.actions) + len(actions) > ACTIONS
        if is_full or len(step.came) == ITEMS_AT_ONCE:
            await _commit_items(writing, step)
            step = Step()
        step.actions += actions
        step.left += [rows.items[item_id].counted] if item_id in rows.items else []
        step.came += [named.items[item_id][1]] if item_id in named.items else []
    await _commit_items(writing, step)
    if await house_of(table, edition.repository_uid) != house:
        for item_id in named.items:
            await settle_item(table, edition, item_id)


def _actions_of(
    writing: Writing, rows: Rows, named: Named, item_id: str, house: House
) -> list[Action]:
    edition, uid = writing.edition, writing.document.object_uid
    before = rows.items[item_id].counted if item_id in rows.items else None
    if item_id in named.items:
        return put_named_item(edition, uid, house, named.items[item_id], before)
    return remove_named_item(edition, uid, before) if before else []


async def _commit_items(writing: Writing, step: Step) -> None:
    delta = Delta(key=writing.document.key, items_left=step.left, items_came=step.came)
    uid = writing.document.object_uid
    await writing.commit([*step.actions, put_delta(writing.edition, delta, uid)])
    writing.indexer.ring()


async def _name(writing: Writing, keys: Sequence[str]) -> None:
    edition, document = writing.edition, writing.document
    await writing.commit([one for key in keys for one in put_named_key(edition, document, key)])
    await _tell(writing.indexer, document, keys)
    await writing.commit([told_named_key(edition, document, key) for key in keys])


async def _name_no_more(writing: Writing, keys: Sequence[str]) -> None:
    edition, document = writing.edition, writing.document
    await writing.commit([one for key in keys for one in drop_named_key(edition, document, key)])
    await _tell(writing.indexer, document, keys)
    await writing.commit([forget_named_key(edition, document, key) for key in keys])


async def _tell(indexer: Indexer, document: Stored, names: Sequence[str]) -> None:
    """Let the objects that are meant be read again, as far as there are any."""
    table = indexer.outbox.table
    editions = await find_editions(table, document.repository_uid)
    keys = [key for name in names for key in objects_of(name)]
    uids = [object_uid(document.repository_uid, key) for key in keys]
    found = await find_newest(table, editions.written, uids)
    for file in found:
        if file is not None:
            await catch_up(indexer, document, file.key)
