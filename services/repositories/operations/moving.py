"""Another name or another owner: nothing but records change, and old names go on leading to it."""

from typing import Any

from services.repositories.operations.changes import cause_of, next_after, told
from services.repositories.operations.naming import naming
from services.repositories.operations.repositories import demanded
from services.repositories.operations.resources import Resources
from services.repositories.store.names import (
    commit,
    find_repository,
    resting_name,
)
from services.repositories.store.repositories import changed_repository, moved_repository
from shared.contracts.accounts import Account
from shared.contracts.repositories import (
    AcceptTransfer,
    RenameRepository,
    Repository,
    RepositoryRenamed,
)
from shared.errors import Conflict
from shared.policy import Action, Principal
from shared.races import demand_version, until_won
from shared.tables import Action as Write

# Each is a row that an owner's change writes anew, and a part of every event.
MOST_FORMER_NAMES = 20
TOO_MANY = "It has had too many names already; wait until one of them is given to another."


async def rename_repository(
    resources: Resources, principal: Principal, account: Account, wanted: RenameRepository
) -> Repository:
    """Its old name rests, and goes on leading to it. Conflict where the new one is taken."""
    outbox = resources.outbox

    async def attempt() -> Repository:
        found = await find_repository(outbox, account.account_uid, wanted.repository_id)
        before = demanded(principal, Action.REPOSITORY_MOVE, found)
        demand_version(before, wanted.version)
        if wanted.new_repository_id == before.repository_id:
            return before
        after = renamed(before, {"repository_id": wanted.new_repository_id})
        await commit(
            outbox,
            *await naming(resources, after, wanted.actor.uid),
            resting_name(before, rests_until=_rested(resources)),
            changed_repository(after, before=before.version),
            told(RepositoryRenamed, after, cause_of(wanted), before),
        )
        return after

    return await until_won(attempt)


async def change_owner(
    resources: Resources, before: Repository, receiver: Account, wanted: AcceptTransfer
) -> tuple[Repository, list[Write]]:
    """The repository in its new account, and what makes it so.

    Rights on it alone stay; those that its old owner gave end with it.
    """
    owner = {"account_uid": receiver.account_uid, "account_id": receiver.account_id}
    after = renamed(before, {**owner, "owner_disabled": receiver.disabled})
    rests_until = _rested(resources)
    return after, [
        *await naming(resources, after, wanted.actor.uid),
        resting_name(before, rests_until=rests_until),
        *moved_repository(after, before=before),
        told(RepositoryRenamed, after, cause_of(wanted), before),
    ]


def renamed(before: Repository, changes: dict[str, Any]) -> Repository:
    """Under its new name; the old one is among the former, and says where its bytes are."""
    after = before.model_copy(update=changes)
    gone = {before.full_name, after.full_name}
    former = [one for one in before.former_names if one not in gone] + [before.full_name]
    if len(former) > MOST_FORMER_NAMES:
        raise Conflict(TOO_MANY)
    kept_at = before.kept_at or before.full_name
    return next_after(before, {**changes, "former_names": former, "kept_at": kept_at})


def _rested(resources: Resources) -> int:
    return resources.rules.seconds(resources.rules.name_rest)
