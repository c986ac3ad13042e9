"""In use, put aside, deleted: the states of a repository."""

from services.repositories.operations.changes import next_after, told
from services.repositories.operations.repositories import demanded
from services.repositories.operations.resources import Resources
from services.repositories.store import (
    changed_repository,
    commit,
    find_repository,
    resting_name,
)
from shared.contracts.accounts import Account
from shared.contracts.base import Done
from shared.contracts.repositories import DeleteRepository, RepositoryDeleted, State
from shared.fields import invalid
from shared.policy import Action, Principal
from shared.races import until_won


async def delete_repository(
    resources: Resources, principal: Principal, account: Account, wanted: DeleteRepository
) -> Done:
    """Hidden at once for everyone; its name rests. Invalid unless its full name was typed."""
    outbox, rules = resources.outbox, resources.rules

    async def attempt() -> Done:
        found = await find_repository(outbox, account.account_uid, wanted.repository_id)
        before = demanded(principal, Action.REPOSITORY_DELETE, found)
        full_name = f"{account.account_id}/{before.repository_id}"
        if wanted.confirm != full_name:
            raise invalid("confirm", f"type {full_name} to delete it")
        after = next_after(before, {"state": State.DELETED})
        await commit(
            outbox,
            changed_repository(after, before=before.version),
            resting_name(after, rests_until=rules.seconds(rules.name_rest)),
            told(RepositoryDeleted, after, wanted.actor.uid),
        )
        return Done()

    return await until_won(attempt)
