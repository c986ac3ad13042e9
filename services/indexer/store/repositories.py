"""The repositories that events have told of, by name (the rows are shared.projection's)."""

from collections.abc import AsyncGenerator, Sequence
from functools import lru_cache

from services.indexer.models.editions import Editions
from services.indexer.store.editions import editions_in, place_of_editions
from shared.contracts.accounts import Account
from shared.contracts.repositories import Repository
from shared.paging import Stretch
from shared.snapshots import REPOSITORY, REPOSITORY_ID
from shared.tables import Page, Table

CHUNK = 100
# The character that follows the slash, so that this skips all repositories of an account.
AFTER_SLASH = "0"


def place_of(repository: Repository) -> str:
    """Where a repository stands in the order of names."""
    return repository.full_name


async def repositories_after(
    table: Table, account_id: str, place: str | None
) -> Stretch[Repository]:
    """The next repositories, of one account where it is given; deleted ones too."""
    page = await table.query(
        REPOSITORY_ID,
        prefix=f"{account_id}/" if account_id else None,
        start=f"{place}\0" if place else None,
        limit=CHUNK,
    )
    following = str(page.items[-1]["sk"]) if page.cursor and page.items else None
    return _named(page), following


async def owners_after(table: Table, account_id: str | None) -> Stretch[str]:
    """The ids of the next accounts that have, or had, repositories."""
    found: list[str] = []
    while len(found) < CHUNK:
        start = f"{account_id}{AFTER_SLASH}" if account_id else None
        account_id = await _first_account(table, start)
        if account_id is None:
            return found, None
        found.append(account_id)
    return found, account_id


async def repositories_from(table: Table, collection: str) -> AsyncGenerator[Repository, None]:
    """All repositories by the ids of their collections, from an id on; deleted ones too.

    Rows lie in the order of `account/repository`, which is another: `a-b/x` is before `a/x`, and
    `a--x` before `a-b--x`. So accounts are found one by one, and within one the orders are alike.
    """
    account_id, _, first = collection.partition("--")
    following: str | None = account_id
    while following is not None:
        place: str | None = f"{following}/{first}"
        while place is not None:
            page = await table.query(
                REPOSITORY_ID, prefix=f"{following}/", start=place, limit=CHUNK
            )
            for repository in _named(page):
                yield repository
            place = f"{page.items[-1]['sk']}\0" if page.cursor and page.items else None
        following, first = await _account_after(table, following), ""


async def find_repositories(table: Table, repository_uids: Sequence[str]) -> list[Repository]:
    """Those of these uids that events have told of, in their order; deleted ones too."""
    rows = await table.get_many([(REPOSITORY, uid) for uid in repository_uids])
    return [_read(row["body"]) for row in rows if row]


async def find_with_editions(
    table: Table, repository_uids: Sequence[str]
) -> list[tuple[Repository, Editions]]:
    """The same, each with its editions, by one read."""
    places = [(REPOSITORY, uid) for uid in repository_uids]
    rows = await table.get_many([*places, *map(place_of_editions, repository_uids)])
    count = len(repository_uids)
    return [
        (_read(row["body"]), editions_in(editions, uid))
        for uid, row, editions in zip(repository_uids, rows[:count], rows[count:], strict=True)
        if row
    ]


async def find_accounts(table: Table, account_uids: Sequence[str]) -> list[Account]:
    """Those of these uids that events have told of."""
    rows = await table.get_many([("ACCOUNT", uid) for uid in account_uids])
    return [Account.model_validate_json(row["body"]) for row in rows if row]


async def account_names(table: Table, account_uids: Sequence[str]) -> list[str]:
    """What accounts are called, in their order; empty where events have not told yet."""
    places = {uid: ("ACCOUNT", uid) for uid in account_uids}
    rows = await table.get_many(list(places.values()))
    names = {
        uid: Account.model_validate_json(row["body"]).name if row else ""
        for uid, row in zip(places, rows, strict=True)
    }
    return [names[uid] for uid in account_uids]


@lru_cache(maxsize=10_000)
def _read(body: str) -> Repository:
    """It never changes: what is written anew is another text."""
    return Repository.model_validate_json(body)


def _named(page: Page) -> list[Repository]:
    """Those that go by that name today: former names lead to them too."""
    rows = ((row["sk"], _read(row["body"])) for row in page.items)
    return [repository for name, repository in rows if name == repository.full_name]


async def _account_after(table: Table, account_id: str) -> str | None:
    """The next account that has repositories, in the order of `account--`."""
    found = await _first_account(table, f"{account_id}-" if account_id else None)
    while found is not None and _was_before(found, account_id):
        found = await _first_account(table, found + AFTER_SLASH)
    if found is None:
        return None
    hyphens = [place for place, letter in enumerate(found) if letter == "-"]
    for above in (found[:place] for place in hyphens):
        if not _was_before(above, account_id) and await _has_any(table, above):
            return above
    return found


def _was_before(one: str, account_id: str) -> bool:
    """Whether it is the account, or the beginning of its name up to a hyphen."""
    return f"{account_id}-".startswith(f"{one}-")


async def _first_account(table: Table, start: str | None) -> str | None:
    page = await table.query(REPOSITORY_ID, start=start, limit=1)
    return str(page.items[0]["sk"]).partition("/")[0] if page.items else None


async def _has_any(table: Table, account_id: str) -> bool:
    return bool((await table.query(REPOSITORY_ID, prefix=f"{account_id}/", limit=1)).items)
