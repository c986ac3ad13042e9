"""Repositories follow their owner: hidden while it is disabled, as they were once it is not."""

from services.repositories.operations.changes import Cause, next_after, told
from services.repositories.operations.resources import Resources
from services.repositories.store.names import commit
from services.repositories.store.repositories import changed_repository, find_owned, owned_after
from shared.contracts.accounts import Account
from shared.contracts.repositories import Repository, RepositoryUpdated
from shared.races import until_won


async def follow_owner(resources: Resources, account: Account, actor_uid: str) -> None:
    """Tell of each repository that its owner is shut, or open again; done twice it is as once."""
    after: str | None = None
    while True:
        owned, after = await owned_after(resources.outbox, account.account_uid, after)
        for repository in owned:
            if repository.owner_disabled is not account.disabled:
                await _follow(resources, repository, account, actor_uid)
        if after is None:
            return


async def _follow(
    resources: Resources, repository: Repository, account: Account, actor_uid: str
) -> None:
    async def attempt() -> None:
        uids = (account.account_uid, repository.repository_uid)
        before = await find_owned(resources.outbox, *uids)
        if before is None:
            return
        changed = next_after(before, {"owner_disabled": account.disabled})
        if changed is not before:
            await commit(
                resources.outbox,
                changed_repository(changed, before=before.version),
                told(RepositoryUpdated, changed, Cause(actor_uid)),
            )

    await until_won(attempt)
