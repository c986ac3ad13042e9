"""Roles: who may give and take them, and who must stay."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.accounts.models import InvitationRecord, Membership, Place
from services.accounts.operations.accounts import shown
from services.accounts.operations.auditing import audited
from services.accounts.operations.changes import membership_told, updated, with_role
from services.accounts.operations.places import FindRepository, find_place
from services.accounts.store.accounts import changed_account, find_account, find_accounts
from services.accounts.store.layout import commit
from services.accounts.store.memberships import (
    CHUNK,
    changed_membership,
    count_owners,
    find_membership,
    memberships_after,
    owners_changed,
    place_key,
    removed_membership,
    still_holds,
)
from shared.contracts.accounts import (
    Account,
    AccountUpdated,
    GetMember,
    GrantRole,
    ListMembers,
    Member,
    MemberPage,
    MembershipGranted,
    MembershipRevoked,
    RevokeRole,
    Role,
)
from shared.contracts.base import Actor, Done, now
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.fields import invalid
from shared.outbox import Outbox, next_version
from shared.paging import Stretch, fill
from shared.policy import Action, Principal, account_resource, demand, may_grant, sees
from shared.races import demand_version, until_won
from shared.rules import RANKS
from shared.tables import Action as TableAction

MOST_ROLES = 2000


@dataclass(frozen=True, slots=True)
class Change:
    """One account's role somewhere, from what it was to what it is to be (None: none)."""

    place: Place
    member: Account
    before: Membership | None
    role: Role | None
    actor: Actor
    reason: str = ""
    invitation: InvitationRecord | None = None
    until: datetime | None = None
    request_uid: str = ""

    @property
    def held(self) -> Role | None:
        """The role so far."""
        return self.before.held_at(now()) if self.before else None

    @property
    def is_none(self) -> bool:
        """Whether all stays as it is."""
        until = self.before.until if self.before else None
        return self.held is self.role and until == self.until


async def grant_role(
    outbox: Outbox, principal: Principal, wanted: GrantRole, *, find_repository: FindRepository
) -> Done:
    """Give, raise or lower a role; Forbidden above one's own, Conflict for the last owner.

    Invalid for an end that is over, or that is both told and taken away.
    """
    if wanted.until is not None and (wanted.has_no_end or wanted.until <= now()):
        raise invalid("until", "must be a time to come, or none where a role has no end")

    async def attempt() -> Done:
        place = await find_place(outbox, principal, wanted, find_repository)
        member = await individual(outbox, wanted.member_uid)
        change = await changing(outbox, place, member, wanted.role, wanted)
        change = replace(change, until=_end(change, wanted))
        demand_grant(principal, place, wanted.role, change.held)
        demand_version(change.before, wanted.version)
        if not change.is_none:
            entitled = still_entitled(principal, place, member)
            await commit(outbox, *await changed(outbox, change), *entitled)
        return Done()

    return await until_won(attempt)


async def revoke_role(
    outbox: Outbox, principal: Principal, wanted: RevokeRole, *, find_repository: FindRepository
) -> Done:
    """Take a role away, or leave; Forbidden above one's own, Conflict for the last owner."""

    async def attempt() -> Done:
        place = await find_place(outbox, principal, wanted, find_repository)
        member = await find_account(outbox, wanted.member_uid)
        if member is None:
            raise NotFound("There is no such account.")
        change = await changing(outbox, place, member, None, wanted)
        leaves = principal.account_uid == member.account_uid and principal.scope is None
        if not leaves:
            demand_grant(principal, place, Role.READER, change.held)
        if change.held is None:
            raise NotFound("This account has no role here.")
        demand_version(change.before, wanted.version)
        entitled = still_entitled(principal, place, member)
        await commit(outbox, *await changed(outbox, change), *entitled)
        return Done()

    return await until_won(attempt)


async def changing(
    outbox: Outbox,
    place: Place,
    member: Account,
    role: Role | None,
    wanted: GrantRole | RevokeRole,
) -> Change:
    """The change that a request asks for, from what is so now."""
    key = place_key(place.account.account_uid, place.repository_uid)
    before = await find_membership(outbox, key, member.account_uid)
    return Change(place, member, before, role, wanted.actor, wanted.reason)


def _end(change: Change, wanted: GrantRole) -> datetime | None:
    """When the role is to end: as before, unless something else is wanted."""
    if wanted.until is not None or wanted.has_no_end or change.before is None or not change.held:
        return wanted.until
    return change.before.until


def demand_grant(principal: Principal, place: Place, role: Role, held: Role | None) -> None:
    """Raises NotFound and Forbidden, above one's own role too."""
    is_repository = place.repository is not None
    action = Action.REPOSITORY_GRANT if is_repository else Action.ACCOUNT_GRANT
    demand(principal, action, place.resource)
    if not may_grant(principal, place.resource, role, held):
        raise Forbidden("Nobody gives or changes a role above their own.")


async def changed(outbox: Outbox, change: Change) -> list[TableAction]:
    """The rows of a change: the account, the membership, how many own it, trail and events."""
    place, member, role = change.place, change.member, change.role
    after = _after(change)
    account = with_role(member, place.uid, role, change.until)
    if len(account.roles) > MOST_ROLES:
        raise Conflict(f"An account may hold {MOST_ROLES} roles.")
    kind = MembershipRevoked if role is None else MembershipGranted
    return [
        changed_account(account, before=member.version),
        _row(change, after),
        *await _owners(outbox, change),
        *await _entry(outbox, change, kind.event),
        updated(AccountUpdated, account, change.actor),
        membership_told(kind, place, after, change.actor, change.reason),
    ]


def _after(change: Change) -> Membership:
    """What is told: the role that is held now, or the one that was lost."""
    return Membership(
        organization_uid=change.place.account.account_uid,
        repository_uid=change.place.repository_uid,
        member_uid=change.member.account_uid,
        role=change.role or change.held or Role.READER,
        until=change.until,
        version=next_version(change.before.version if change.before else None),
    )


def _row(change: Change, after: Membership) -> TableAction:
    if change.role is None and change.before is not None:
        return removed_membership(change.before)
    return changed_membership(after, before=change.before)


async def _entry(outbox: Outbox, change: Change, action: str) -> list[TableAction]:
    invitation = change.invitation
    return await audited(
        outbox,
        change.place.account.account_uid,
        change.actor,
        action,
        change.member.account_uid,
        reason=change.reason,
        repository=change.place.repository_uid,
        role=change.role or "",
        was=change.held or "",
        invitation=invitation.invitation_uid if invitation else "",
        invited_by=invitation.invited_by if invitation else "",
        request=change.request_uid,
        until=change.until.isoformat() if change.until else "",
    )


async def _owners(outbox: Outbox, change: Change) -> list[TableAction]:
    """How the number of owners changes; raises Conflict rather than leave none."""
    was, becomes = change.held is Role.OWNER, change.role is Role.OWNER
    if was is becomes or change.place.repository is not None:
        return []
    uid = change.place.account.account_uid
    owners = await count_owners(outbox, uid)
    if was and owners <= 1 and not change.place.account.deleted:
        raise Conflict("An organization needs an owner; make another member one first.")
    return [owners_changed(uid, owners=owners, by=1 if becomes else -1)]


def still_entitled(principal: Principal, place: Place, member: Account) -> list[TableAction]:
    """Nothing is granted on a role that was taken away meanwhile."""
    account_uid = place.account.account_uid
    held = [
        (RANKS[role], place_key(account_uid, repository_uid), role)
        for uid, repository_uid in ((account_uid, ""), (place.uid, place.repository_uid))
        if (role := principal.roles.get(uid)) is not None
    ]
    is_own = principal.account_uid in {account_uid, member.account_uid}
    if principal.admin or is_own or not held:
        return []
    _, key, role = max(held)
    return [still_holds(key, principal.account_uid, role)]


async def list_members(
    outbox: Outbox, principal: Principal, wanted: ListMembers, *, find_repository: FindRepository
) -> MemberPage:
    """Who holds a role there, but for accounts that who asks may not see."""
    key = await _listed(outbox, principal, wanted, find_repository)

    async def read(after: str | None) -> Stretch[Member]:
        # One more than is shown, as it tells whether there are more.
        rows, last = await memberships_after(outbox, key, after, limit=min(wanted.limit + 1, CHUNK))
        held = {row.member_uid: row for row in rows if row.held_at(now())}
        accounts = await find_accounts(outbox, list(held))
        return [_member(one, held[one.account_uid]) for one in accounts], last

    members, cursor = await fill(
        read,
        wanted,
        keep=lambda member: sees(principal, account_resource(member.account)),
        place=lambda member: member.account.account_uid,
    )
    told = [one.model_copy(update={"account": shown(one.account, principal)}) for one in members]
    return MemberPage(members=told, cursor=cursor)


async def get_member(
    outbox: Outbox, principal: Principal, wanted: GetMember, *, find_repository: FindRepository
) -> Member:
    """One of them; NotFound where who asks would not find them in the list."""
    key = await _listed(outbox, principal, wanted, find_repository)
    membership = await find_membership(outbox, key, wanted.member_uid)
    account = await find_account(outbox, wanted.member_uid)
    if account is None or not sees(principal, account_resource(account)):
        raise NotFound
    if membership is None or membership.held_at(now()) is None:
        raise NotFound("This account has no role here.")
    return _member(shown(account, principal), membership)


async def _listed(
    outbox: Outbox,
    principal: Principal,
    wanted: ListMembers | GetMember,
    find_repository: FindRepository,
) -> str:
    """The partition of the members of a place, for who may list them."""
    place = await find_place(outbox, principal, wanted, find_repository)
    is_repository = place.repository is not None
    action = Action.REPOSITORY_MEMBERS_READ if is_repository else Action.ACCOUNT_MEMBERS_READ
    demand(principal, action, place.resource)
    return place_key(place.account.account_uid, place.repository_uid)


def _member(account: Account, membership: Membership) -> Member:
    told = membership.model_dump(include={"role", "until", "version"})
    return Member(account=account, **told)


async def individual(outbox: Outbox, account_uid: str) -> Account:
    """A person who can hold roles; NotFound, Invalid."""
    account = await find_account(outbox, account_uid)
    if account is None or account.disabled:
        raise NotFound("There is no such account.")
    if account.kind != "individual":
        raise Invalid("Only people can be members.")
    return account
