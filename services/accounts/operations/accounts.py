"""Making, changing and showing accounts."""

from services.accounts.models import Membership, Place
from services.accounts.operations.auditing import audited
from services.accounts.operations.changes import (
    first_version,
    membership_told,
    updated,
    with_role,
)
from services.accounts.operations.profiles import public, tidied
from services.accounts.store.accounts import (
    changed_account,
    find_account,
    find_account_named,
    find_account_of,
    new_account,
    page_of_accounts,
)
from services.accounts.store.layout import commit
from services.accounts.store.memberships import first_owner
from shared.contracts.accounts import (
    Account,
    AccountCreated,
    AccountPage,
    AccountUpdated,
    CreateAccount,
    EditAccount,
    GetAccount,
    GetAccountByIdentity,
    ListAccounts,
    MembershipGranted,
    Role,
)
from shared.errors import Forbidden, NotFound
from shared.fields import invalid
from shared.outbox import Outbox, next_version
from shared.policy import Action, Principal, account_resource, demand, may, sees
from shared.races import demand_version, until_won


async def create_account(outbox: Outbox, principal: Principal, wanted: CreateAccount) -> Account:
    """An individual for an identity, told by a service; or an organization for who asks.

    Raises Conflict where the name or the identity is taken, Forbidden for anybody else.
    """
    if wanted.kind == "individual":
        return await _create_individual(outbox, principal, wanted)
    if wanted.identity_id:
        raise invalid("identity_id", "an organization has no identity")
    return await until_won(lambda: _create_organization(outbox, principal, wanted))


async def _create_individual(
    outbox: Outbox, principal: Principal, wanted: CreateAccount
) -> Account:
    if principal.kind != "service":
        raise Forbidden("An account for a person is made when the person registers.")
    if not wanted.identity_id:
        raise invalid("identity_id", "a person's account needs an identity")
    account = first_version(wanted)
    await commit(
        outbox,
        *new_account(account, identity_id=wanted.identity_id),
        updated(AccountCreated, account, wanted.actor),
    )
    return account


async def _create_organization(
    outbox: Outbox, principal: Principal, wanted: CreateAccount
) -> Account:
    """The organization, its first owner, and the owner's new role: all or nothing."""
    if principal.scope is not None:
        raise Forbidden("An access key with limits makes no organizations.")
    creator = await find_account(outbox, principal.account_uid)
    if creator is None or creator.disabled or creator.kind != "individual":
        raise Forbidden("Only a person with an account can make an organization.")
    organization = first_version(wanted)
    owner = with_role(creator, organization.account_uid, Role.OWNER)
    membership = Membership(
        organization_uid=organization.account_uid,
        member_uid=creator.account_uid,
        role=Role.OWNER,
        version=next_version(),
    )
    await commit(
        outbox,
        *new_account(organization),
        *first_owner(membership),
        changed_account(owner, before=creator.version),
        updated(AccountCreated, organization, wanted.actor),
        updated(AccountUpdated, owner, wanted.actor),
        membership_told(MembershipGranted, Place(organization), membership, wanted.actor),
        *await audited(
            outbox,
            organization.account_uid,
            wanted.actor,
            AccountCreated.event,
            organization.account_uid,
            name=organization.account_id,
        ),
    )
    return organization


async def edit_account(outbox: Outbox, principal: Principal, wanted: EditAccount) -> Account:
    """Change what is given; NotFound, Forbidden, Conflict where `version` is not the newest."""

    async def attempt() -> Account:
        account = await managed_account(outbox, principal, wanted.account_uid, Action.ACCOUNT_EDIT)
        demand_version(account, wanted.version)
        changes = tidied(account.kind, wanted)
        if not changes:
            return account
        changed = account.changed(**changes, version=next_version(account.version))
        await commit(
            outbox,
            changed_account(changed, before=account.version),
            updated(AccountUpdated, changed, wanted.actor),
            *await audited(
                outbox,
                changed.account_uid,
                wanted.actor,
                "profile_edited",
                changed.account_uid,
                fields=" ".join(sorted(changes)),
            ),
        )
        return changed

    return shown(await until_won(attempt), principal)


async def managed_account(
    outbox: Outbox, principal: Principal, account_uid: str, action: Action
) -> Account:
    """An account that this may be done to; NotFound also where it was deleted, Forbidden."""
    account = await find_account(outbox, account_uid)
    if account is None or account.deleted:
        raise NotFound
    demand(principal, action, account_resource(account))
    return account


async def get_account(outbox: Outbox, principal: Principal, wanted: GetAccount) -> Account:
    """By uid, else by name; NotFound where there is none to be seen."""
    if wanted.account_uid:
        account = await find_account(outbox, wanted.account_uid)
    else:
        account = await find_account_named(outbox, wanted.account_id)
    if account is None or not sees(principal, account_resource(account)):
        raise NotFound
    if account.deleted and principal.kind != "service":
        raise NotFound
    return shown(account, principal)


async def get_account_by_identity(
    outbox: Outbox, principal: Principal, wanted: GetAccountByIdentity
) -> Account:
    """For services alone: Kratos' ids are nobody else's affair."""
    demand_service(principal)
    account = await find_account_of(outbox, wanted.identity_id)
    if account is None:
        raise NotFound
    return public(account)


async def list_accounts(outbox: Outbox, principal: Principal, wanted: ListAccounts) -> AccountPage:
    """All of them, for services alone."""
    demand_service(principal)
    page = await page_of_accounts(outbox, wanted)
    return AccountPage(accounts=[public(one) for one in page.accounts], cursor=page.cursor)


def shown(account: Account, principal: Principal) -> Account:
    """The account as this principal may see it: flags are for oneself, admins and services."""
    if not may(principal, Action.ACCOUNT_EDIT, account_resource(account)):
        account = public(account)
    own = principal.kind == "account" and principal.account_uid == account.account_uid
    if own or principal.kind == "service" or (principal.admin and not principal.disabled):
        return account
    return account.model_copy(update={"admin": False})


def demand_service(principal: Principal) -> None:
    """Raises Forbidden for anyone but our own services."""
    if principal.kind != "service":
        raise Forbidden
