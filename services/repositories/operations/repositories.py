"""Making, showing and changing one repository."""

from services.repositories.operations.changes import cause_of, first_version, next_after, told
from services.repositories.operations.connections import demand_connection
from services.repositories.operations.metadata import given
from services.repositories.operations.naming import naming, was_used
from services.repositories.operations.resources import Resources
from services.repositories.store.names import commit, find_repository
from services.repositories.store.repositories import changed_repository, new_repository
from shared.contracts.accounts import Account
from shared.contracts.metadata import Metadata
from shared.contracts.repositories import (
    CreateRepository,
    EditRepository,
    GetRepository,
    Repository,
    RepositoryCreated,
    RepositoryUpdated,
)
from shared.errors import NotFound
from shared.policy import Action, Principal, account_resource, demand, repository_resource, sees
from shared.races import demand_version, until_won


async def create_repository(
    resources: Resources, principal: Principal, account: Account, wanted: CreateRepository
) -> Repository:
    """A new repository; Conflict where its name is taken or rests, Forbidden, NotFound."""
    demand(principal, Action.REPOSITORY_CREATE, account_resource(account))
    await demand_connection(resources, principal, account, wanted)
    repository = first_version(account, wanted, given(wanted, resources.rules.limits))
    if await was_used(resources, account.account_uid, wanted.repository_id):
        place = f"{repository.full_name}-{repository.repository_uid.lower()}"
        repository = repository.model_copy(update={"kept_at": place})
    await commit(
        resources.outbox,
        *await naming(resources, repository, wanted.actor.uid),
        new_repository(repository),
        told(RepositoryCreated, repository, cause_of(wanted)),
    )
    return repository


async def get_repository(
    resources: Resources, principal: Principal, account: Account, wanted: GetRepository
) -> Repository:
    """The repository; NotFound also where there is one that who asks may not see."""
    found = await find_repository(resources.outbox, account.account_uid, wanted.repository_id)
    repository = demanded(principal, Action.REPOSITORY_READ, found)
    is_part = principal.share is not None and bool(principal.share.prefix)
    if is_part and not sees(principal, repository_resource(repository)):
        return told_of_part(repository)
    return repository


def told_of_part(repository: Repository) -> Repository:
    """A repository for who may see one folder of it: what it is called, and how to use it."""
    places = {"former_names", "kept_at", "connection_prefix"}
    hidden = set(Metadata.model_fields) - {"license"} | places
    return Repository(**repository.model_dump(exclude=hidden))


async def edit_repository(
    resources: Resources, principal: Principal, account: Account, wanted: EditRepository
) -> Repository:
    """Change what is given; Conflict where `version` is given and not the newest any more."""
    outbox = resources.outbox

    async def attempt() -> Repository:
        found = await find_repository(outbox, account.account_uid, wanted.repository_id)
        before = demanded(principal, Action.REPOSITORY_EDIT, found)
        demand_version(before, wanted.version)
        after = next_after(before, given(wanted, resources.rules.limits))
        if after is not before:
            await commit(
                outbox,
                changed_repository(after, before=before.version),
                told(RepositoryUpdated, after, cause_of(wanted), before),
            )
        return after

    return await until_won(attempt)


def demanded(
    principal: Principal, action: Action, found: Repository | None, key: str | None = None
) -> Repository:
    """What was found, if this may be done to it; what is hidden and what is not there are alike."""
    if found is None:
        raise NotFound
    demand(principal, action, repository_resource(found), key)
    return found
