"""Adding up: waiting changes go into the sums of directories and repositories.

Each change is taken in the transaction that adds it, and so counts once, whoever adds it up.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.indexer.models.adding import SHOWN, added, held, may_be_older
from services.indexer.models.counted import Delta, Sums
from services.indexer.models.editions import Edition
from services.indexer.models.extents import Extent, merged
from services.indexer.operations.portions import Portion, portions_of
from services.indexer.store.layout import parent_of
from services.indexer.store.sums import (
    Kept,
    counted_items,
    find_holdings,
    find_sums,
    find_waiting,
    newest_in,
    put_holdings,
    put_sums,
    taken,
    taken_in_part,
)
from shared.paging import stretches
from shared.tables import Action, Table

BATCH = 100


@dataclass(frozen=True, slots=True)
class Told:
    """A directory that is told of changes; the newest object in `after` is not settled yet."""

    prefix: str
    before: Sums
    after: Sums
    deltas: Sequence[Delta]


async def fold(table: Table, edition: Edition) -> bool:
    """Add up the oldest changes that wait; False when none did.

    Raises ConditionFailed where another process was faster: nothing was written then.
    """
    waiting = await find_waiting(table, edition, limit=BATCH)
    if not waiting:
        return False
    portions = portions_of(waiting)
    actions: list[Action] = [_taken(edition, portion) for portion in portions]
    kept = await find_sums(table, edition, _prefixes(portions))
    after = await _directories(table, edition, portions, kept)
    actions += [put_sums(edition, prefix, sums, kept[prefix]) for prefix, sums in after.items()]
    deltas = [portion.waiting.delta for portion in portions if portion.is_last]
    if deltas:
        actions.append(await _holdings(table, edition, deltas, after))
    await table.write(*actions)
    return True


def _prefixes(portions: Sequence[Portion]) -> list[str]:
    return list(dict.fromkeys(prefix for one in portions for prefix in one.directories))


def _taken(edition: Edition, portion: Portion) -> Action:
    if portion.is_last:
        return taken(edition, portion.waiting)
    return taken_in_part(edition, portion.waiting, done=portion.done)


async def _directories(
    table: Table, edition: Edition, portions: Sequence[Portion], kept: Mapping[str, Kept]
) -> dict[str, Sums]:
    """The new sums of all directories that these portions tell."""
    deltas: dict[str, list[Delta]] = defaultdict(list)
    for portion in portions:
        for prefix in portion.directories:
            deltas[prefix].append(portion.waiting.delta)
    after: dict[str, Sums] = {}
    # The deepest first: what is newest in a directory depends on what is newest below it.
    for prefix in sorted(kept, key=len, reverse=True):
        before = kept[prefix].sums
        told = Told(prefix, before, added(before, deltas[prefix]), deltas[prefix])
        changed = await _newest(table, edition, told, after)
        after[prefix] = told.after.model_copy(update={"changed": changed})
    return after


async def _holdings(
    table: Table, edition: Edition, deltas: Sequence[Delta], below: Mapping[str, Sums]
) -> Action:
    """What the repository adds up to with these changes."""
    kept = await find_holdings(table, edition)
    after = held(kept.holdings, deltas)
    changed = await _newest(table, edition, Told("", kept.holdings, after, deltas), below)
    return put_holdings(edition, after.model_copy(update={"changed": changed}), kept)


async def _newest(table: Table, edition: Edition, told: Told, below: Mapping[str, Sums]) -> str:
    """The last change in a directory. It is looked up only where the newest object left it.

    `below` has the new sums of directories whose old ones are still kept.
    """
    if not told.after.files:
        return ""
    if not may_be_older(told.before, told.deltas):
        return told.after.changed
    inside = {
        prefix: sums.changed for prefix, sums in below.items() if parent_of(prefix) == told.prefix
    }
    most = told.before.files + len(told.deltas)
    newest = await newest_in(table, edition, told.prefix, but=inside, most=most)
    return max([newest, *inside.values()])


async def settle(table: Table, edition: Edition) -> None:
    """In a quiet moment: compute anew what may have become too wide. Raises as `fold` does.

    A change that comes meanwhile is added afterwards; to merge it twice does no harm.
    """
    kept = await find_holdings(table, edition)
    holdings = kept.holdings
    if not (holdings.is_extent_stale or holdings.is_shown_stale):
        return
    update: dict[str, object] = {"is_extent_stale": False, "is_shown_stale": False}
    if holdings.is_shown_stale:
        first, _ = await counted_items(table, edition, None, limit=SHOWN)
        update["shown"] = {item.item_id: item.bbox for item in first}
    if holdings.is_extent_stale:
        update["extent"] = await _extent(table, edition)
    await table.write(put_holdings(edition, holdings.model_copy(update=update), kept))


async def _extent(table: Table, edition: Edition) -> Extent | None:
    extent: Extent | None = None
    async for items in stretches(lambda cursor: counted_items(table, edition, cursor)):
        for item in items:
            extent = merged(extent, item.extent)
    return extent
