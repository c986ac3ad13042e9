"""In which house a repository's items are found, and which repositories wait to be put right.

A repository is `bare` while items of it may have no rows at all: it was indexed before there was
an index of them. One that moves has all its rows, some of them in the wrong house.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.indexer.models.houses import OPEN, House
from services.indexer.store.layout import ONLY
from shared.outbox import next_version
from shared.tables import Delete, Equals, Put, Table

WAITING, READY = "UNSETTLED", "SETTLED"
# Bare ones come first.
BARE, MOVES = "bare/", "moves/"


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A repository that waits, and since when."""

    repository_uid: str
    is_bare: bool
    stamp: int

    @property
    def sk(self) -> str:
        """Where it waits."""
        return f"{BARE if self.is_bare else MOVES}{self.repository_uid}"


async def find_houses(table: Table, repository_uids: Sequence[str]) -> list[House | None]:
    """Where the items of each are for sure, since it was put right last; None where never."""
    rows = await table.get_many([_place(uid) for uid in repository_uids])
    return [row["house"] if row else None for row in rows]


async def some_unsettled(table: Table, *, limit: int) -> list[Unsettled]:
    """Some that wait; bare ones first."""
    page = await table.query(WAITING, limit=limit)
    return [
        Unsettled(row["sk"].partition("/")[2], row["sk"].startswith(BARE), row["stamp"])
        for row in page.items
    ]


async def any_bare(table: Table, repository_uids: Sequence[str]) -> bool:
    """Whether any of these is bare."""
    rows = await table.get_many([(WAITING, f"{BARE}{uid}") for uid in repository_uids])
    return any(rows)


async def unsettle(table: Table, repository_uids: Sequence[str], *, is_bare: bool = False) -> None:
    """These wait, from now on; a hundred at most."""
    waiting = [Unsettled(uid, is_bare, next_version()) for uid in repository_uids]
    await table.write(*(Put({"pk": WAITING, "sk": one.sk, "stamp": one.stamp}) for one in waiting))


async def settle(table: Table, unsettled: Unsettled, house: House) -> None:
    """All of it is in this house. Raises ConditionFailed where it has begun to wait anew."""
    pk, sk = _place(unsettled.repository_uid)
    await table.write(
        Put({"pk": pk, "sk": sk, "house": house}),
        Delete(WAITING, unsettled.sk, when=Equals("stamp", unsettled.stamp)),
    )


async def forget_house(table: Table, repository_uid: str) -> None:
    """As if it had never been in any."""
    places = [Unsettled(repository_uid, is_bare, 0).sk for is_bare in (True, False)]
    await table.write(
        Delete(*_place(repository_uid)), *(Delete(WAITING, place) for place in places)
    )


async def is_ready(table: Table) -> bool:
    """Whether all that were here before there were these houses have been made to wait."""
    return await table.get(READY, OPEN) is not None


async def make_ready(table: Table) -> None:
    """From now on it is."""
    await table.write(Put({"pk": READY, "sk": OPEN}))


def _place(repository_uid: str) -> tuple[str, str]:
    return f"HOUSE#{repository_uid}", ONLY
