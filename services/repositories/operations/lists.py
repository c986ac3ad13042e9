"""Lists of repositories: full pages of what who asks may find."""

from services.repositories.operations.resources import Resources
from services.repositories.store.repositories import owned_after, page_of_repositories, shown_after
from shared.contracts.accounts import Account
from shared.contracts.repositories import (
    ListAllRepositories,
    ListRepositories,
    Repository,
    RepositoryPage,
)
from shared.errors import Forbidden, NotFound
from shared.paging import Stretch, fill
from shared.policy import Action, Principal, account_resource, may, repository_resource, sees


async def list_repositories(
    resources: Resources, principal: Principal, account: Account | None, wanted: ListRepositories
) -> RepositoryPage:
    """Of one account, or the public ones of all; newest first. NotFound for a hidden account."""
    if account is not None and not sees(principal, account_resource(account)):
        raise NotFound

    async def read(after: str | None) -> Stretch[Repository]:
        if account is None:
            return await shown_after(resources.outbox, after)
        return await owned_after(resources.outbox, account.account_uid, after)

    repositories, cursor = await fill(
        read,
        wanted,
        keep=lambda one: may(principal, Action.REPOSITORY_LIST, repository_resource(one)),
        place=lambda one: one.repository_uid,
    )
    return RepositoryPage(repositories=repositories, cursor=cursor)


async def list_all_repositories(
    resources: Resources, principal: Principal, wanted: ListAllRepositories
) -> RepositoryPage:
    """All of them whatever their state, in the order of their making, for services alone."""
    if principal.kind != "service":
        raise Forbidden
    return await page_of_repositories(resources.outbox, wanted)
