"""In use, put aside, deleted and back again, limited: the states of a repository."""

from collections.abc import Awaitable, Callable
from typing import Any

from services.repositories.operations.changes import cause_of, next_after, told
from services.repositories.operations.repositories import demanded
from services.repositories.operations.resources import Resources
from services.repositories.store.names import commit, find_repository, resting_name, taken_name
from services.repositories.store.repositories import (
    changed_repository,
    find_owned,
    owned_after,
)
from shared.contracts.accounts import Account
from shared.contracts.base import Done
from shared.contracts.repositories import (
    ActivateRepository,
    DeactivateRepository,
    DeleteRepository,
    ListDeletedRepositories,
    RepositoriesChange,
    Repository,
    RepositoryDeleted,
    RepositoryPage,
    RepositoryUpdated,
    SetRepositoryQuota,
    SetRetention,
    SetVersioning,
    State,
    UndeleteRepository,
)
from shared.errors import Conflict, Forbidden, NotFound
from shared.fields import invalid
from shared.paging import fill
from shared.policy import Action, Principal, may, rank, repository_resource
from shared.races import demand_version, until_won
from shared.rules import ADMIN

HELD = "An operator put it aside, and only an operator can end that."


async def deactivate_repository(
    resources: Resources, principal: Principal, account: Account, wanted: DeactivateRepository
) -> Repository:
    """Only maintainers see it from now on. Invalid unless its full name was typed."""

    async def attempt() -> Repository:
        before = await _found(
            resources, principal, Action.REPOSITORY_DEACTIVATE, account, wanted.repository_id
        )
        confirmed(before, wanted.confirm)
        demand_version(before, wanted.version)
        is_operator = rank(principal, repository_resource(before)) == ADMIN
        changes = {"state": State.DEACTIVATED, "held": before.held or is_operator}
        return await _change(resources, before, changes, wanted)

    return await until_won(attempt)


async def activate_repository(
    resources: Resources, principal: Principal, account: Account, wanted: ActivateRepository
) -> Repository:
    """In use again. Forbidden where an operator put it aside and none asks."""

    async def attempt() -> Repository:
        before = await _found(
            resources, principal, Action.REPOSITORY_ACTIVATE, account, wanted.repository_id
        )
        if before.held and rank(principal, repository_resource(before)) < ADMIN:
            raise Forbidden(HELD)
        demand_version(before, wanted.version)
        changes = {"state": State.ACTIVE, "held": False}
        return await _change(resources, before, changes, wanted)

    return await until_won(attempt)


Setting = SetRepositoryQuota | SetVersioning | SetRetention
OF_VERSIONS = {"versioning", "retention"}


def _setting(action: Action, name: str) -> Callable[..., Awaitable[Repository]]:
    """Sets one field, for those who may do this."""

    async def set_it(
        resources: Resources, principal: Principal, account: Account, wanted: Setting
    ) -> Repository:
        async def attempt() -> Repository:
            before = await _found(resources, principal, action, account, wanted.repository_id)
            demand_version(before, wanted.version)
            if before.connection_uid and name in OF_VERSIONS:
                raise Conflict("No versions are kept of what lies in a bucket of its owner's.")
            return await _change(resources, before, {name: getattr(wanted, name)}, wanted)

        return await until_won(attempt)

    return set_it


# What it may hold from now on; what it holds already stays.
set_repository_quota = _setting(Action.REPOSITORY_LIMIT, "quota")
# Whether overwritten and deleted objects are kept from now on.
set_versioning = _setting(Action.REPOSITORY_EDIT, "versioning")
# How long earlier versions stay.
set_retention = _setting(Action.REPOSITORY_EDIT, "retention")


async def delete_repository(
    resources: Resources, principal: Principal, account: Account, wanted: DeleteRepository
) -> Done:
    """Hidden at once for everyone; its name rests. Invalid unless its full name was typed."""
    rules = resources.rules

    async def attempt() -> Done:
        before = await _found(
            resources, principal, Action.REPOSITORY_DELETE, account, wanted.repository_id
        )
        confirmed(before, wanted.confirm)
        demand_version(before, wanted.version)
        moment = rules.clock()
        after = next_after(
            before,
            {
                "state": State.DELETED,
                "deleted_at": moment,
                "purged_after": moment + rules.undelete_for,
            },
        )
        rests_until = rules.seconds(max(rules.name_rest, rules.undelete_for))
        await commit(
            resources.outbox,
            changed_repository(after, before=before.version),
            resting_name(after, rests_until=rests_until),
            told(RepositoryDeleted, after, cause_of(wanted), before),
        )
        return Done()

    return await until_won(attempt)


async def undelete_repository(
    resources: Resources, principal: Principal, account: Account, wanted: UndeleteRepository
) -> Repository:
    """As it was, under its name. NotFound for who may not have it back, and once it is due."""

    async def attempt() -> Repository:
        found = await find_owned(resources.outbox, account.account_uid, wanted.repository_uid)
        before = demanded(principal, Action.REPOSITORY_UNDELETE, found)
        if not _is_kept(resources, before):
            raise NotFound
        demand_version(before, wanted.version)
        state = State.DEACTIVATED if before.held else State.ACTIVE
        changes = {"state": state, "deleted_at": None, "purged_after": None}
        after = next_after(before, changes)
        await commit(
            resources.outbox,
            changed_repository(after, before=before.version),
            taken_name(after, moment=resources.rules.seconds()),
            told(RepositoryUpdated, after, cause_of(wanted), before),
        )
        return after

    return await until_won(attempt)


async def list_deleted_repositories(
    resources: Resources, principal: Principal, account: Account, wanted: ListDeletedRepositories
) -> RepositoryPage:
    """Those that who asks may have back, newest first."""

    def can_be_had_back(one: Repository) -> bool:
        action, resource = Action.REPOSITORY_UNDELETE, repository_resource(one)
        return may(principal, action, resource) and _is_kept(resources, one)

    found, cursor = await fill(
        lambda after: owned_after(resources.outbox, account.account_uid, after),
        wanted,
        keep=can_be_had_back,
        place=lambda one: one.repository_uid,
    )
    return RepositoryPage(repositories=found, cursor=cursor)


def confirmed(repository: Repository, typed: str) -> None:
    """Raises Invalid unless its full name was typed."""
    name = repository.full_name
    if typed != name:
        raise invalid("confirm", f"must be {name}, exactly so")


def _is_kept(resources: Resources, repository: Repository) -> bool:
    end = repository.purged_after
    return end is not None and end > resources.rules.clock()


async def _found(
    resources: Resources, principal: Principal, action: Action, account: Account, name: str
) -> Repository:
    found = await find_repository(resources.outbox, account.account_uid, name)
    return demanded(principal, action, found)


async def _change(
    resources: Resources,
    before: Repository,
    changes: dict[str, Any],
    wanted: RepositoriesChange[Any],
) -> Repository:
    after = next_after(before, changes)
    if after is not before:
        await commit(
            resources.outbox,
            changed_repository(after, before=before.version),
            told(RepositoryUpdated, after, cause_of(wanted), before),
        )
    return after
