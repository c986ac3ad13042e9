"""Makes people, organizations and members by the real operations of accounts."""

from collections.abc import AsyncIterator
from typing import Any

from services.accounts.operations.accounts import create_account
from services.accounts.operations.belongings import Sources
from services.accounts.operations.memberships import grant_role
from services.accounts.operations.places import FindRepository
from services.accounts.store.accounts import changed_account, find_account, find_principal
from shared.contracts.accounts import Account, CreateAccount, GrantRole, RepositoryName, Role
from shared.contracts.base import Actor, now
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.identifiers import new_uid
from shared.outbox import Outbox, next_version
from shared.policy import Principal, service_principal

SERVICE = Actor(kind="service", service="web")
SERVICE_PRINCIPAL = service_principal("web")


def actor_of(account: Account) -> Actor:
    """The account as the one who asks."""
    return Actor(kind="account", account_uid=account.account_uid)


async def principal_of(outbox: Outbox, account: Account) -> Principal:
    """What the account is entitled to now."""
    return await find_principal(outbox, actor_of(account))


async def person(outbox: Outbox, account_id: str) -> Account:
    """A new individual, registered under an identity of the same name."""
    wanted = CreateAccount(
        actor=SERVICE,
        account_id=account_id,
        kind="individual",
        name=account_id.title(),
        identity_id=f"identity-{account_id}",
    )
    return await create_account(outbox, SERVICE_PRINCIPAL, wanted)


async def organization(outbox: Outbox, account_id: str, owner: Account) -> Account:
    """A new organization of this owner."""
    wanted = CreateAccount(
        actor=actor_of(owner), account_id=account_id, kind="organization", name=account_id.title()
    )
    return await create_account(outbox, await principal_of(outbox, owner), wanted)


async def no_repository(name: RepositoryName) -> Repository:
    """Where there are organizations alone."""
    raise NotFound(name.full)


async def grant(
    outbox: Outbox, grantor: Account, organization: Account, member: Account, role: Role
) -> None:
    """The member gets the role from the grantor."""
    wanted = GrantRole(
        actor=actor_of(grantor),
        organization_uid=organization.account_uid,
        member_uid=member.account_uid,
        role=role,
    )
    principal = await principal_of(outbox, grantor)
    await grant_role(outbox, principal, wanted, find_repository=no_repository)


async def fresh(outbox: Outbox, account: Account) -> Account:
    """The account as it is stored now."""
    found = await find_account(outbox, account.account_uid)
    assert found is not None
    return found


async def overwritten(outbox: Outbox, account: Account, **changes: object) -> Account:
    """The account with flags that no operation sets yet."""
    before = await fresh(outbox, account)
    update = {**changes, "version": next_version(before.version)}
    changed = before.model_copy(update=update)
    await outbox.commit(changed_account(changed, before=before.version))
    return changed


def finder(*repositories: Repository) -> FindRepository:
    """Knows these repositories by their names, as their owner would tell of them."""
    known = {f"{one.account_id}/{one.repository_id}": one for one in repositories}

    async def find_repository(name: RepositoryName) -> Repository:
        if name.full not in known:
            raise NotFound
        return known[name.full]

    return find_repository


def sources(outbox: Outbox, *repositories: Repository) -> Sources:
    """Where these repositories are all there are."""

    async def repositories_of(account: Account) -> AsyncIterator[Repository]:
        for one in repositories:
            if one.account_uid == account.account_uid:
                yield one

    return Sources(outbox, repositories_of)


def repository_of(account: Account, repository_id: str, **more: Any) -> Repository:
    """A repository of this account, as its owner would tell of it."""
    return Repository(
        repository_uid=new_uid(),
        repository_id=repository_id,
        account_uid=account.account_uid,
        account_id=account.account_id,
        title=repository_id.title(),
        created_at=now(),
        updated_at=now(),
        **more,
    )
