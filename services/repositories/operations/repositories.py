"""Making, showing, changing and deleting one repository."""

import time
from datetime import timedelta

from services.repositories.operations.changes import first_version, given, next_after, told
from services.repositories.store import (
    changed_repository,
    commit,
    find_repository,
    new_repository,
    resting_name,
)
from shared.contracts.accounts import Account
from shared.contracts.base import Done
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    EditRepository,
    GetRepository,
    Repository,
    RepositoryCreated,
    RepositoryDeleted,
    RepositoryUpdated,
    State,
)
from shared.errors import Conflict, NotFound
from shared.fields import invalid
from shared.outbox import Outbox
from shared.policy import Action, Principal, account_resource, demand, repository_resource
from shared.races import until_won


async def create_repository(
    outbox: Outbox, principal: Principal, account: Account, wanted: CreateRepository
) -> Repository:
    """A new repository; Conflict where its name is taken or rests, Forbidden, NotFound."""
    demand(principal, Action.REPOSITORY_CREATE, account_resource(account))
    repository = first_version(account, wanted)
    await commit(
        outbox,
        *new_repository(repository, moment=int(time.time())),
        told(RepositoryCreated, repository, wanted.actor.uid),
    )
    return repository


async def get_repository(
    outbox: Outbox, principal: Principal, account: Account, wanted: GetRepository
) -> Repository:
    """The repository; NotFound also where there is one that who asks may not see."""
    repository = await find_repository(outbox, account.account_uid, wanted.repository_id)
    return _demanded(principal, Action.REPOSITORY_READ, repository)


async def edit_repository(
    outbox: Outbox, principal: Principal, account: Account, wanted: EditRepository
) -> Repository:
    """Change what is given; Conflict where `version` is given and not the newest any more."""

    async def attempt() -> Repository:
        found = await find_repository(outbox, account.account_uid, wanted.repository_id)
        before = _demanded(principal, Action.REPOSITORY_EDIT, found)
        if wanted.version not in {None, before.version}:
            raise Conflict("It was changed meanwhile; look at it again before you save.")
        after = next_after(before, given(wanted))
        if after is not before:
            await commit(
                outbox,
                changed_repository(after, before=before.version),
                told(RepositoryUpdated, after, wanted.actor.uid),
            )
        return after

    return await until_won(attempt)


async def delete_repository(
    outbox: Outbox,
    principal: Principal,
    account: Account,
    wanted: DeleteRepository,
    *,
    name_rest: timedelta,
) -> Done:
    """Hidden at once for everyone; its name rests. Invalid unless its full name was typed."""

    async def attempt() -> Done:
        found = await find_repository(outbox, account.account_uid, wanted.repository_id)
        before = _demanded(principal, Action.REPOSITORY_DELETE, found)
        full_name = f"{account.account_id}/{before.repository_id}"
        if wanted.confirm != full_name:
            raise invalid("confirm", f"type {full_name} to delete it")
        after = next_after(before, {"state": State.DELETED})
        await commit(
            outbox,
            changed_repository(after, before=before.version),
            resting_name(after, rests_until=int(time.time() + name_rest.total_seconds())),
            told(RepositoryDeleted, after, wanted.actor.uid),
        )
        return Done()

    return await until_won(attempt)


def _demanded(principal: Principal, action: Action, found: Repository | None) -> Repository:
    """What was found, if this may be done to it; what is hidden and what is not there are alike."""
    if found is None:
        raise NotFound
    demand(principal, action, repository_resource(found))
    return found
