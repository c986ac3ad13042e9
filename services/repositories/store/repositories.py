"""Repositories as they are kept, and lists of them."""

from collections.abc import Sequence

from services.repositories.store.layout import (
    ALL,
    DUE,
    PURGE,
    RECORD_VERSION,
    SHOWN,
    due_at,
    owner_key,
)
from shared.contracts.base import Listed
from shared.contracts.repositories import Repository, RepositoryPage, State, Visibility
from shared.outbox import Outbox
from shared.paging import Stretch
from shared.tables import Absent, Action, Delete, Equals, Item, Page, Put

CHUNK = 100
MOVED = "MOVED"


def is_shown(repository: Repository) -> bool:
    """Whether it is in the list of all."""
    return (repository.state, repository.visibility) == (State.ACTIVE, Visibility.PUBLIC)


def repository_row(repository: Repository) -> Item:
    """A repository as it is kept."""
    row: Item = {
        "pk": owner_key(repository.account_uid),
        "sk": repository.repository_uid,
        "schema": RECORD_VERSION,
        "version": repository.version,
        "made": repository.repository_uid,
        "all": "REPOSITORY",
        "body": repository.model_dump_json(),
    }
    if is_shown(repository):
        row["shown"] = "PUBLIC"
    if repository.purged_after is not None:
        row |= {"due": PURGE, "due_at": due_at(repository.purged_after.timestamp())}
    return row


def new_repository(repository: Repository) -> Action:
    """The first row of a repository."""
    return Put(repository_row(repository), when=Absent())


def changed_repository(repository: Repository, *, before: int) -> Action:
    """The repository in its new version, if `before` is still the stored one."""
    return Put(repository_row(repository), when=Equals("version", before))


def moved_repository(repository: Repository, *, before: Repository) -> list[Action]:
    """The repository in the partition of its new owner, if `before` is what is stored."""
    unchanged = Equals("version", before.version)
    old = (owner_key(before.account_uid), before.repository_uid)
    moved = {"pk": _moved(before.repository_uid), "sk": MOVED}
    return [
        Delete(*old, when=unchanged),
        Put(repository_row(repository)),
        Put({**moved, "schema": RECORD_VERSION, "owner_uid": repository.account_uid}),
    ]


def gone_repository(before: Repository) -> list[Action]:
    """No record of it any more, if `before` is what is stored."""
    old = (owner_key(before.account_uid), before.repository_uid)
    return [
        Delete(*old, when=Equals("version", before.version)),
        Delete(_moved(before.repository_uid), MOVED),
    ]


async def find_owned(outbox: Outbox, account_uid: str, repository_uid: str) -> Repository | None:
    """By its owner and its uid, whatever its state."""
    item = await outbox.table.get(owner_key(account_uid), repository_uid)
    return Repository.model_validate_json(item["body"]) if item else None


async def find_anywhere(outbox: Outbox, account_uid: str, repository_uid: str) -> Repository | None:
    """A repository that this account has, or had before another."""
    found = await find_owned(outbox, account_uid, repository_uid)
    if found is not None:
        return found
    moved = await outbox.table.get(_moved(repository_uid), MOVED)
    return await find_owned(outbox, moved["owner_uid"], repository_uid) if moved else None


def _moved(repository_uid: str) -> str:
    return f"MOVED#{repository_uid}"


async def due_for_purging(outbox: Outbox, *, moment: int) -> list[Repository]:
    """Some whose time has come, as they are now."""
    page = await outbox.table.query(PURGE, index=DUE.name, end=due_at(moment + 1), limit=CHUNK)
    now = await outbox.table.get_many([(item["pk"], item["sk"]) for item in page.items])
    return [one for one in _repositories(now) if one.purged_after is not None]


async def owned_after(
    outbox: Outbox, account_uid: str, repository_uid: str | None
) -> Stretch[Repository]:
    """The next repositories of an account, newest first; deleted ones too."""
    page = await outbox.table.query(
        owner_key(account_uid), end=repository_uid, forward=False, limit=CHUNK
    )
    return _repositories(page.items), _last(page)


async def shown_after(outbox: Outbox, repository_uid: str | None) -> Stretch[Repository]:
    """The next public repositories of all accounts, newest first."""
    page = await outbox.table.query(
        "PUBLIC", index=SHOWN.name, end=repository_uid, forward=False, limit=CHUNK
    )
    now = await outbox.table.get_many([(item["pk"], item["sk"]) for item in page.items])
    return list(filter(is_shown, _repositories(now))), _last(page)


def _repositories(items: Sequence[Item | None]) -> list[Repository]:
    return [Repository.model_validate_json(item["body"]) for item in items if item]


def _last(page: Page) -> str | None:
    """The place to go on from; None at the end."""
    return str(page.items[-1]["made"]) if page.cursor and page.items else None


async def page_of_repositories(outbox: Outbox, listed: Listed) -> RepositoryPage:
    """All of them, deleted ones too, in the order of their making."""
    page = await outbox.table.query(
        "REPOSITORY", index=ALL.name, limit=listed.limit, cursor=listed.cursor
    )
    return RepositoryPage(repositories=_repositories(page.items), cursor=page.cursor)
