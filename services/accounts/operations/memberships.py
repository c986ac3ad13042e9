"""Roles on organizations: who may give them, and who must stay."""

from services.accounts.models import Membership
from services.accounts.operations.accounts import shown
from services.accounts.operations.changes import granted, updated, with_role
from services.accounts.store.accounts import changed_account, find_account, find_accounts
from services.accounts.store.layout import commit
from services.accounts.store.memberships import (
    changed_membership,
    count_owners,
    find_membership,
    memberships_after,
    owners_changed,
    still_holds,
)
from shared.contracts.accounts import (
    Account,
    AccountUpdated,
    GrantRole,
    ListMembers,
    Member,
    MemberPage,
    Role,
)
from shared.contracts.base import Done
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox, next_version
from shared.paging import Stretch, fill
from shared.policy import Action, Principal, account_resource, demand, may_grant, sees
from shared.races import until_won
from shared.tables import Action as TableAction


async def grant_role(outbox: Outbox, principal: Principal, wanted: GrantRole) -> Done:
    """Give, raise or lower a role; Forbidden above one's own, Conflict for the last owner."""

    async def attempt() -> Done:
        organization = await _organization(outbox, principal, wanted.organization_uid)
        member = await _individual(outbox, wanted.member_uid)
        before = await find_membership(outbox, organization.account_uid, member.account_uid)
        held = before.role if before else None
        resource = account_resource(organization)
        demand(principal, Action.ACCOUNT_GRANT, resource)
        if not may_grant(principal, resource, wanted.role, held):
            raise Forbidden("Nobody gives or changes a role above their own.")
        if held is not wanted.role:
            await _grant(outbox, principal, (organization, member, before), wanted)
        return Done()

    return await until_won(attempt)


async def _grant(
    outbox: Outbox,
    principal: Principal,
    those: tuple[Account, Account, Membership | None],
    wanted: GrantRole,
) -> None:
    organization, member, before = those
    membership = Membership(
        organization_uid=organization.account_uid,
        member_uid=member.account_uid,
        role=wanted.role,
        version=next_version(before.version if before else None),
    )
    changed = with_role(member, organization.account_uid, wanted.role)
    await commit(
        outbox,
        changed_account(changed, before=member.version),
        changed_membership(membership, before=before),
        *await _owners(outbox, membership, before),
        *_still_entitled(principal, membership),
        updated(AccountUpdated, changed, wanted.actor),
        granted(organization, membership, wanted.actor),
    )


async def _owners(
    outbox: Outbox, after: Membership, before: Membership | None
) -> list[TableAction]:
    """How the number of owners changes; raises Conflict rather than leave none."""
    was, becomes = before is not None and before.role is Role.OWNER, after.role is Role.OWNER
    if was is becomes:
        return []
    owners = await count_owners(outbox, after.organization_uid)
    if was and owners <= 1:
        raise Conflict("An organization needs an owner; make another member one first.")
    return [owners_changed(after.organization_uid, owners=owners, by=1 if becomes else -1)]


def _still_entitled(principal: Principal, membership: Membership) -> list[TableAction]:
    """Nothing is granted on a role that was taken away meanwhile."""
    role = principal.roles.get(membership.organization_uid)
    if principal.admin or role is None or principal.account_uid == membership.member_uid:
        return []
    return [still_holds(membership.organization_uid, principal.account_uid, role)]


async def list_members(outbox: Outbox, principal: Principal, wanted: ListMembers) -> MemberPage:
    """Who belongs to an organization, but for accounts that who asks may not see."""
    organization = await _organization(outbox, principal, wanted.organization_uid)
    demand(principal, Action.ACCOUNT_MEMBERS_READ, account_resource(organization))

    async def read(after: str | None) -> Stretch[Member]:
        rows, place = await memberships_after(outbox, organization.account_uid, after)
        roles = {row.member_uid: row.role for row in rows}
        accounts = await find_accounts(outbox, list(roles))
        return [Member(account=one, role=roles[one.account_uid]) for one in accounts], place

    members, cursor = await fill(
        read,
        wanted,
        keep=lambda member: sees(principal, account_resource(member.account)),
        place=lambda member: member.account.account_uid,
    )
    told = [Member(account=shown(one.account, principal), role=one.role) for one in members]
    return MemberPage(members=told, cursor=cursor)


async def _organization(outbox: Outbox, principal: Principal, account_uid: str) -> Account:
    account = await find_account(outbox, account_uid)
    if account is None or not sees(principal, account_resource(account)):
        raise NotFound
    if account.kind != "organization":
        raise Invalid("Only organizations have members.")
    return account


async def _individual(outbox: Outbox, account_uid: str) -> Account:
    account = await find_account(outbox, account_uid)
    if account is None or account.disabled:
        raise NotFound("There is no such account.")
    if account.kind != "individual":
        raise Invalid("Only people can be members.")
    return account
