"""Where repositories keeps its records; the only room that knows how the table is laid out.

| pk                  | sk              | what                                              |
| ------------------- | --------------- | ------------------------------------------------- |
| REPOSITORY#<uid>    | REPOSITORY      | a repository                                      |
| NAME#<account uid>  | <repository id> | whose name it is: makes names unique in an account |
| EVT#<aggregate>     | <version>#<...> | events (shared.outbox)                            |

Beside them the same table holds the projection of accounts (shared.projection).
"""

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
    Put,
    Schema,
)

ALL = Index(name="all", partition="all", sort="made")
OWNED = Index(name="owned", partition="owner", sort="made")
SHOWN = Index(name="shown", partition="shown", sort="made")
SCHEMA = Schema(name="repositories", indexes=(OUTBOX_INDEX, ALL, OWNED, SHOWN))
RECORD_VERSION = 1
CHUNK = 200


def repository_row(repository: Repository) -> Item:
    """A repository as it is kept: in its owner's list until deleted, in everyone's while public."""
    row = {
        "pk": f"REPOSITORY#{repository.repository_uid}",
        "sk": "REPOSITORY",
        "schema": RECORD_VERSION,
        "version": repository.version,
        "made": repository.repository_uid,
        "all": "REPOSITORY",
        "body": repository.model_dump_json(),
    }
    if repository.state is not State.DELETED:
        row["owner"] = repository.account_uid
    if (repository.state, repository.visibility) == (State.ACTIVE, Visibility.PUBLIC):
        row["shown"] = "PUBLIC"
    return row


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
    item = await outbox.table.get(f"REPOSITORY#{name['repository_uid']}", "REPOSITORY")
    return Repository.model_validate_json(item["body"]) if item else None


async def owned_after(
    outbox: Outbox, account_uid: str, repository_uid: str | None
) -> Stretch[Repository]:
    """The next repositories of an account, newest first."""
    return await _stretch(outbox, OWNED.name, account_uid, repository_uid)


async def shown_after(outbox: Outbox, repository_uid: str | None) -> Stretch[Repository]:
    """The next public repositories of all accounts, newest first."""
    return await _stretch(outbox, SHOWN.name, "PUBLIC", repository_uid)


async def _stretch(
    outbox: Outbox, index: str, partition: str, before: str | None
) -> Stretch[Repository]:
    page = await outbox.table.query(partition, index=index, end=before, forward=False, limit=CHUNK)
    rows = [Repository.model_validate_json(item["body"]) for item in page.items]
    return rows, rows[-1].repository_uid if page.cursor and rows else None


async def page_of_repositories(outbox: Outbox, listed: Listed) -> RepositoryPage:
    """All of them, deleted ones too, in the order of their making."""
    page = await outbox.table.query(
        "REPOSITORY", index=ALL.name, limit=listed.limit, cursor=listed.cursor
    )
    repositories = [Repository.model_validate_json(item["body"]) for item in page.items]
    return RepositoryPage(repositories=repositories, cursor=page.cursor)
