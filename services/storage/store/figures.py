"""How much is kept: counters of repositories and accounts, and the changes not yet counted in.

An object's change writes a row of its own beside the object, so writers never meet at a counter;
the rows are added up soon after, each in the transaction that removes it.
"""

from services.storage.models import Figures
from services.storage.store.layout import RECORD_VERSION
from shared.contracts.repositories import Repository
from shared.outbox import VERSION_DIGITS, Outbox
from shared.tables import (
    Absent,
    Action,
    AllOf,
    AnyOf,
    ConditionFailed,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Update,
)

FIGURES = "FIGURES"
# A transaction has 100 actions at most, two of which are counters.
CHUNK = 98


def changes_of(repository_uid: str) -> str:
    """The partition of what is still to be counted in."""
    return f"CHANGES#{repository_uid}"


def figures_key(uid: str) -> str:
    """The partition of a repository's or an account's counter."""
    return f"{FIGURES}#{uid}"


def counted(repository: Repository, stamp: tuple[int, str], objects: int, size: int) -> Put:
    """The row that counts a change; `stamp` is the object's version and uid."""
    version, uid = stamp
    return Put(
        {
            "pk": changes_of(repository.repository_uid),
            "sk": f"{version:0{VERSION_DIGITS}d}#{uid}",
            "account": repository.account_uid,
            "objects": objects,
            "size": size,
        }
    )


async def find_figures(outbox: Outbox, uid: str) -> Figures:
    """What is counted of a repository or an account; nothing where nothing ever was."""
    item = await outbox.table.get(figures_key(uid), FIGURES)
    return figures_of(item) if item else Figures()


def figures_of(item: Item) -> Figures:
    """The figures in a row."""
    return Figures(item["objects"], item["size"], item.get("account", ""), item.get("rounds", 0))


async def fold(outbox: Outbox, repository_uid: str) -> Figures:
    """Count in all that waits. Any number of processes may do it at once."""
    while True:
        page = await outbox.table.query(changes_of(repository_uid), limit=CHUNK)
        figures = await find_figures(outbox, repository_uid)
        if not page.items:
            return figures
        try:
            await outbox.table.write(*_folding(repository_uid, figures, page.items))
        except ConditionFailed:
            continue


def _folding(repository_uid: str, figures: Figures, changes: list[Item]) -> list[Action]:
    objects = sum(one["objects"] for one in changes)
    size = sum(one["size"] for one in changes)
    account_uid = figures.account_uid or changes[0]["account"]
    counters = [
        _added(repository_uid, account_uid, figures, (objects, size)),
        Update(figures_key(account_uid), FIGURES, add={"objects": objects, "size": size}),
    ]
    return [*counters, *(Delete(one["pk"], one["sk"], when=Present()) for one in changes)]


def _added(
    repository_uid: str, account_uid: str, figures: Figures, more: tuple[int, int]
) -> Action:
    """The repository's counter, if it is as it was read."""
    return Update(
        figures_key(repository_uid),
        FIGURES,
        set={"account": account_uid, "schema": RECORD_VERSION},
        add={"objects": more[0], "size": more[1], "rounds": 1},
        when=Equals("rounds", figures.rounds) if figures.rounds else Absent(),
    )


async def hand_over(outbox: Outbox, repository_uid: str, account_uid: str) -> None:
    """From now on it counts for this account; nothing where it does so already."""
    while True:
        figures = await fold(outbox, repository_uid)
        if figures.account_uid in {"", account_uid}:
            return
        moved = {"objects": figures.objects, "size": figures.size}
        less = {name: -value for name, value in moved.items()}
        try:
            await outbox.table.write(
                _added(repository_uid, account_uid, figures, (0, 0)),
                Update(figures_key(figures.account_uid), FIGURES, add=less),
                Update(figures_key(account_uid), FIGURES, add=moved),
            )
        except ConditionFailed:
            continue
        return


async def mend(outbox: Outbox, repository: Repository, was: Figures, found: Figures) -> None:
    """Put right what it keeps; not its account's counter, which may be right or wrong by itself.

    Raises ConditionFailed where it has changed meanwhile.
    """
    more = (found.objects - was.objects, found.size - was.size)
    account_uid = was.account_uid or repository.account_uid
    await outbox.table.write(_added(repository.repository_uid, account_uid, was, more))


async def mend_account(outbox: Outbox, account_uid: str, was: Figures, found: Figures) -> None:
    """Put right what an account keeps. Raises ConditionFailed where it has changed meanwhile."""
    more = {"objects": found.objects - was.objects, "size": found.size - was.size}
    as_it_was = AllOf(Equals("objects", was.objects), Equals("size", was.size))
    when = AnyOf(Absent(), as_it_was) if was == Figures() else as_it_was
    await outbox.table.write(Update(figures_key(account_uid), FIGURES, add=more, when=when))


async def drop_figures(outbox: Outbox, repository_uid: str) -> None:
    """Of a repository that is empty and will stay so."""
    await fold(outbox, repository_uid)
    await outbox.table.write(Delete(figures_key(repository_uid), FIGURES))
