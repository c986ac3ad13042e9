"""Where a search of items looks, and what it may tell of what it finds there.

A row of the index says nothing of who may see its item: that is asked of the repository as it is at
that moment, and so is which edition of it is read.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from services.indexer.models.editions import Edition
from services.indexer.models.houses import CLOSED, HOUSES, OPEN
from services.indexer.operations.housing import ASKED, house_for
from services.indexer.store.cells import FAMILIES, Family, Pointer, family_of
from services.indexer.store.editions import find_many_editions
from services.indexer.store.houses import any_bare
from services.indexer.store.recent import recent_of
from services.indexer.store.repositories import (
    find_accounts,
    find_repositories,
    repositories_after,
)
from shared.contracts.repositories import Repository
from shared.errors import Unavailable
from shared.policy import Principal, may, repository_resource
from shared.tables import Table

# Of more collections that are not for everyone the whole house is looked through.
MOST_CLOSED = 30
Collections = Callable[[str], AsyncGenerator[Repository, None]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Who searches all there is: what they see, and what of it not everyone does.

    `closed` is None where that is too much to be looked into one by one.
    """

    sees: Callable[[Repository], bool]
    closed: Sequence[Repository] | None = ()


@dataclass(frozen=True, slots=True)
class Readable:
    """What may be told to who asks.

    `collections` gives the repositories by the ids of their collections, from one on. Where they
    were named they are few; where not, `reach` leads to the same.
    """

    collections: Collections
    is_named: bool
    reach: Callable[[], Awaitable[Reach]]


async def reach_of(table: Table, principal: Principal) -> Reach:
    """What a principal may list and read."""

    def sees(repository: Repository) -> bool:
        resource = repository_resource(repository)
        for action in ASKED:  # noqa: SIM110 - for every repository that is met
            if not may(principal, action, resource, ""):
                return False
        return True

    if principal.admin or principal.kind == "service":
        return Reach(sees, None)
    uids = sorted({principal.account_uid, *principal.roles} - {""})
    closed: dict[str, Repository] = {}
    async with aclosing(_related(table, uids)) as repositories:
        async for one in repositories:
            if house_for(one) == CLOSED and sees(one):
                closed[one.repository_uid] = one
            if len(closed) > MOST_CLOSED:
                return Reach(sees, None)
    return Reach(sees, list(closed.values()))


async def _related(table: Table, uids: Sequence[str]) -> AsyncGenerator[Repository, None]:
    """The repositories of these uids, and all those of the accounts of these uids."""
    if not uids:
        return
    for repository in await find_repositories(table, uids):
        yield repository
    for account in await find_accounts(table, uids):
        place, more = None, True
        while more:
            found, place = await repositories_after(table, account.account_id, place)
            for repository in found:
                yield repository
            more = place is not None


@dataclass(frozen=True, slots=True)
class Seen:
    """A repository that may be told of, and its edition that is read."""

    repository: Repository
    edition: Edition


class Sight:
    """What is known, in one search, of the repositories whose rows were met."""

    def __init__(self, table: Table, sees: Callable[[Repository], bool]) -> None:
        self._table, self._sees = table, sees
        self._seen: dict[str, Seen | None] = {}

    async def add(self, repositories: Sequence[Repository]) -> list[Seen]:
        """These may be seen."""
        uids = [one.repository_uid for one in repositories]
        editions = await find_many_editions(self._table, uids) if uids else []
        found = [Seen(one, now.current) for one, now in zip(repositories, editions, strict=True)]
        self._seen |= {one.repository.repository_uid: one for one in found}
        return found

    async def look(self, pointers: Iterable[Pointer]) -> None:
        """Whose are these?"""
        uids = {one.repository_uid for one in pointers} - self._seen.keys()
        if uids:
            self._seen |= dict.fromkeys(uids)
            found = await recent_of(self._table).repositories(self._table, sorted(uids))
            self._seen |= {
                one.repository_uid: Seen(one, editions.current)
                for one, editions in found
                if self._sees(one)
            }

    def of(self, pointer: Pointer) -> Seen | None:
        """Whose row it is; None of what may not be told."""
        return self._seen[pointer.repository_uid]

    def shows(self, pointer: Pointer) -> bool:
        """Whether it may be told, and is of the edition that is read."""
        seen = self.of(pointer)
        return seen is not None and seen.edition.number == pointer.number


async def look_around(table: Table, readable: Readable) -> tuple[Sight, list[Family]]:
    """What may be seen, and the families of partitions in which all of it is.

    Unavailable while something there may have no rows.
    """
    if readable.is_named:
        async with aclosing(readable.collections("")) as repositories:
            named = [one async for one in repositories]
        waiting = named and await recent_of(table).unsettled(table)
        if waiting and await any_bare(table, [one.repository_uid for one in named]):
            raise _not_yet()
        sight = Sight(table, lambda _: False)
        return sight, [family_of(one.edition) for one in await sight.add(named)]
    reach = await readable.reach()
    sight = Sight(table, reach.sees)
    houses = (OPEN,) if reach.closed is not None else HOUSES
    beyond = {
        one.repository_uid: one for one in (*(reach.closed or ()), *await _moving(table, reach))
    }
    seen = await sight.add(list(beyond.values()))
    return sight, [*(FAMILIES[one] for one in houses), *(family_of(one.edition) for one in seen)]


async def _moving(table: Table, reach: Reach) -> list[Repository]:
    """What may be seen of that which is not yet where it belongs."""
    waiting = await recent_of(table).unsettled(table)
    if any(one.is_bare for one in waiting):
        raise _not_yet()
    if not waiting:
        return []
    found = await find_repositories(table, [one.repository_uid for one in waiting])
    return [one for one in found if reach.sees(one)]


def _not_yet() -> Unavailable:
    return Unavailable("Items that were here before are being put in order for this search.")
