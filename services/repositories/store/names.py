"""Names: one leads to one repository, also after that has another, until it is taken anew."""

from services.repositories.models import Name
from services.repositories.store.layout import RECORD_VERSION, name_key
from services.repositories.store.repositories import find_anywhere
from shared.contracts.repositories import Repository
from shared.errors import Conflict
from shared.outbox import Outbox
from shared.tables import (
    Absent,
    Action,
    AnyOf,
    Below,
    ConditionFailed,
    Equals,
    Item,
    Put,
)


def name_row(name: Name) -> Item:
    """A name as it is kept."""
    return {
        "pk": name_key(name.account_uid),
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


def taken_name(repository: Repository, *, moment: int) -> Action:
    """Today's name, which must be free, its own, or have rested until `moment`."""
    own = Equals("repository_uid", repository.repository_uid)
    when = AnyOf(Absent(), own, Below("rests_until", moment))
    return Put(name_row(name_of(repository)), when=when)


def resting_name(repository: Repository, *, rests_until: int) -> Action:
    """The name of a repository that gives it up, if it is still its own."""
    row = name_row(name_of(repository, rests_until=rests_until))
    return Put(row, when=Equals("repository_uid", repository.repository_uid))


async def commit(outbox: Outbox, *actions: Action) -> None:
    """One transaction. Raises Conflict where a name that is to be taken is taken or rests.

    Raises ConditionFailed where another change of the same records came first.
    """
    try:
        await outbox.commit(*actions)
    except ConditionFailed as failed:
        if isinstance(actions[failed.positions[0]].when, AnyOf):
            raise Conflict("This name is taken, or was in use not long ago.") from failed
        raise


async def find_name(outbox: Outbox, account_uid: str, repository_id: str) -> Name | None:
    """What is known of a name."""
    row = await outbox.table.get(name_key(account_uid), repository_id)
    return Name(**{name: row[name] for name in Name.model_fields if name in row}) if row else None


async def find_repository(
    outbox: Outbox, account_uid: str, repository_id: str
) -> Repository | None:
    """By a name of today or a former one."""
    name = await find_name(outbox, account_uid, repository_id)
    if name is None:
        return None
    return await find_anywhere(outbox, account_uid, name.repository_uid)
