"""Which edition of a repository is read, and which is being built."""

from collections.abc import Sequence
from contextlib import suppress

from services.indexer.models.editions import Edition, Editions
from services.indexer.store.layout import ONLY
from shared.tables import Absent, Condition, ConditionFailed, Delete, Equals, Item, Put, Table

FIRST = 1


async def find_editions(table: Table, repository_uid: str) -> Editions:
    """As of now; a repository that was never rebuilt has its first."""
    return editions_in(await table.get(_key(repository_uid), ONLY), repository_uid)


async def find_many_editions(table: Table, repository_uids: Sequence[str]) -> list[Editions]:
    """Of several repositories, in their order."""
    rows = await table.get_many([place_of_editions(uid) for uid in repository_uids])
    return [editions_in(row, uid) for uid, row in zip(repository_uids, rows, strict=True)]


async def begin_edition(table: Table, repository_uid: str) -> Edition:
    """Start the next edition: from now on every change is written to it too.

    One that was begun and not finished is given up. Raises ConditionFailed when another rebuild
    began at the same moment.
    """
    row = await table.get(_key(repository_uid), ONLY)
    current = editions_in(row, repository_uid).current
    begun = (row["begun"] if row else current.number) + 1
    unchanged = Equals("begun", row["begun"]) if row else Absent()
    await table.write(_put(current, building=begun, begun=begun, when=unchanged))
    return Edition(repository_uid, begun)


async def finish_edition(table: Table, edition: Edition) -> None:
    """From now on this one is read. Raises ConditionFailed where another was begun since."""
    unchanged = Equals("building", edition.number)
    await table.write(_put(edition, building=None, begun=edition.number, when=unchanged))


async def give_up_edition(table: Table, edition: Edition) -> None:
    """Write to it no more; nothing happens where another was begun since."""
    row = await table.get(_key(edition.repository_uid), ONLY)
    current = editions_in(row, edition.repository_uid).current
    unchanged = Equals("building", edition.number)
    with suppress(ConditionFailed):
        await table.write(_put(current, building=None, begun=edition.number, when=unchanged))


async def forget_editions(table: Table, repository_uid: str) -> None:
    """As if there had never been any."""
    await table.write(Delete(_key(repository_uid), ONLY))


def place_of_editions(repository_uid: str) -> tuple[str, str]:
    """Where it is kept which editions of a repository there are."""
    return _key(repository_uid), ONLY


def editions_in(row: Item | None, repository_uid: str) -> Editions:
    """What is kept there."""
    if row is None:
        return Editions(Edition(repository_uid, FIRST))
    building = row["building"]
    return Editions(
        Edition(repository_uid, row["current"]),
        Edition(repository_uid, building) if building is not None else None,
    )


def _key(repository_uid: str) -> str:
    return f"EDITION#{repository_uid}"


def _put(current: Edition, *, building: int | None, begun: int, when: Condition) -> Put:
    row = {
        "pk": _key(current.repository_uid),
        "sk": ONLY,
        "current": current.number,
        "building": building,
        "begun": begun,
    }
    return Put(row, when=when)
