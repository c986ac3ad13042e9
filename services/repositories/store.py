"""Where repositories keeps its records; the only room that knows how the table is laid out.

| pk                   | sk               | what                                               |
| -------------------- | ---------------- | -------------------------------------------------- |
| OWNER#<account uid>  | <repository uid> | a repository                                       |
| NAME#<account uid>   | <repository id>  | whose name it is: makes names unique in an account |
| EVT#<aggregate>      | <version>#<...>  | events (shared.outbox)                             |

Beside them the same table holds the projection of accounts (shared.projection). An account's list
is its partition, and so is never behind; the list of all comes from an index, which may be late, so
what it names is read anew: what was hidden a moment ago is not shown.
"""

from collections.abc import Sequence

from services.repositories.models import Name
from shared.contracts.base import Listed
from shared.contracts.repositories import Repository, RepositoryPage, State, Visibility
from shared.errors import Conflict
from shared.outbox import OUTBOX_INDEX, Outbox
from shared.paging import Stretch
from shared.tables import (
    Absent,
    Action,
    AnyOf,
    Below,
    ConditionFailed,
    Equals,
    Index,
    Item,
    Page,
    Put,
    Schema,
)

ALL = Index(name="all", partition="all", sort="made")
SHOWN = Index(name="shown", partition="shown", sort="made")
SCHEMA = Schema(name="repositories", indexes=(OUTBOX_INDEX, ALL, SHOWN))
RECORD_VERSION = 1
CHUNK = 100


def is_shown(repository: Repository) -> bool:
    """Whether it is in the list of all."""
    return (repository.state, repository.visibility) == (State.ACTIVE, Visibility.PUBLIC)


def owner_key(account_uid: str) -> str:
    """The partition of an account's repositories."""
    return f"OWNER#{account_uid}"


def repository_row(repository: Repository) -> Item:
    """A repository as it is kept."""
    row = {
        "pk": owner_key(repository.account_uid),
        "sk": repository.repository_uid,
        "schema": RECORD_VERSION,
        "version": repository.version,
        "made": repository.repository_uid,
        "all": "REPOSITORY",
        "body": repository.model_dump_json(),
    }
    return {**row, "shown": "PUBLIC"} if is_shown(repository) else row


def name_row(name: Name) -> Item:
    """A name as it is kept."""
    return {
        "pk": f"NAME#{name.account_uid}",
        "sk": name.repository_id,
        "schema": RECORD_VERSION,
        **name.model_dump(exclude_none=True),
    }


def name_of(repository: Repository, *, rests_until: int | None = None) -> Name:
    """The name a repository goes by today."""
    return Name(
        account_uid=repository.account_uid,
        repository_id=repository.repository_id,
        repository_uid=repository.repository_uid,
        rests_until=rests_until,
    )


def new_repository(repository: Repository, *, moment: int) -> list[Action]:
    """The rows of a new repository; its name must be free, or have rested until `moment`."""
    free = AnyOf(Absent(), Below("rests_until", moment))
    return [
        Put(name_row(name_of(repository)), when=free),
        Put(repository_row(repository), when=Absent()),
    ]


def changed_repository(repository: Repository, *, before: int) -> Action:
    """The repository in its new version, if `before` is still the stored one."""
    return Put(repository_row(repository), when=Equals("version", before))


def resting_name(repository: Repository, *, rests_until: int) -> Action:
    """The name of a deleted repository, if it is still its own."""
    row = name_row(name_of(repository, rests_until=rests_until))
    return Put(row, when=Equals("repository_uid", repository.repository_uid))


async def commit(outbox: Outbox, *actions: Action) -> None:
    """One transaction. Raises Conflict where a new repository's name is taken or rests.

    Raises ConditionFailed where another change of the same records came first.
    """
    try:
        await outbox.commit(*actions)
    except ConditionFailed as failed:
        if isinstance(actions[failed.positions[0]].when, AnyOf):
            raise Conflict("This name is taken, or was in use not long ago.") from failed
        raise


async def find_repository(
    outbox: Outbox, account_uid: str, repository_id: str
) -> Repository | None:
    """By its owner and its name of today."""
    name = await outbox.table.get(f"NAME#{account_uid}", repository_id)
    if name is None:
        return None
    item = await outbox.table.get(owner_key(account_uid), name["repository_uid"])
    return Repository.model_validate_json(item["body"]) if item else None


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
