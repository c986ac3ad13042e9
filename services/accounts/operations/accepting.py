"""Invitations as those see them whom they are for: listed, accepted, declined."""

from services.accounts.models import InvitationRecord
from services.accounts.operations.memberships import Change, changed, individual, still_entitled
from services.accounts.operations.offering import demand_managed, demand_open, rows, settled, told
from services.accounts.operations.places import FindRepository, place_of
from services.accounts.store.accounts import find_principal
from services.accounts.store.invitations import (
    find_invitation,
    invitee_key,
    pending_after,
    written_invitation,
)
from services.accounts.store.layout import commit
from services.accounts.store.memberships import find_membership, place_key
from shared.contracts.accounts import (
    AcceptInvitation,
    DeclineInvitation,
    GetInvitation,
    Invitation,
    InvitationPage,
    InvitationState,
    ListOwnInvitations,
)
from shared.contracts.base import Actor, now
from shared.errors import Conflict, Forbidden, NotFound
from shared.outbox import Outbox
from shared.paging import fill
from shared.policy import Principal, may_grant
from shared.races import until_won
from shared.rules import RANKS
from shared.tables import Action as TableAction


def is_for(record: InvitationRecord, principal: Principal, emails: list[str]) -> bool:
    """Whether who asks is the one account or holds the one address that is invited."""
    if principal.kind != "account" or principal.disabled:
        return False
    if record.invitee_uid:
        return record.invitee_uid == principal.account_uid
    return record.email in lowered(emails)


def lowered(emails: list[str]) -> set[str]:
    """Addresses as they are compared."""
    return {email.strip().lower() for email in emails}


async def list_own_invitations(
    outbox: Outbox, principal: Principal, wanted: ListOwnInvitations
) -> InvitationPage:
    """What waits for an answer of who asks, newest first. Raises Forbidden."""
    if not principal.account_uid:
        return InvitationPage(invitations=[])
    _demand_unlimited(principal)
    keys = [invitee_key(account_uid=principal.account_uid)]
    keys += [invitee_key(email=email) for email in sorted(lowered(wanted.emails))]
    moment = now()
    found, cursor = await fill(
        lambda after: pending_after(outbox, keys, after),
        wanted,
        keep=lambda one: one.shown(moment).state is InvitationState.PENDING,
        place=lambda one: one.invitation_uid,
    )
    return InvitationPage(invitations=[one.shown(moment) for one in found], cursor=cursor)


async def get_invitation(
    outbox: Outbox,
    principal: Principal,
    wanted: GetInvitation,
    *,
    find_repository: FindRepository,
) -> Invitation:
    """For whom it is for, and those who may invite there; NotFound for everyone else."""
    record = await find_invitation(outbox, wanted.invitation_uid)
    if record is None:
        raise NotFound
    if principal.scope is not None or not is_for(record, principal, wanted.emails):
        await demand_managed(outbox, principal, record, find_repository)
    return record.shown(now())


async def decline_invitation(
    outbox: Outbox, principal: Principal, wanted: DeclineInvitation
) -> Invitation:
    """No; NotFound for others, Conflict where it is settled."""

    async def attempt() -> Invitation:
        before = await _own(outbox, principal, wanted)
        record = settled(before, InvitationState.DECLINED)
        await commit(outbox, *await rows(outbox, record, before, wanted.actor, wanted.reason))
        return record.shown(now())

    return await until_won(attempt)


async def accept_invitation(
    outbox: Outbox,
    principal: Principal,
    wanted: AcceptInvitation,
    *,
    find_repository: FindRepository,
) -> Invitation:
    """The role, if who offered it may still give it; NotFound for others, Conflict."""

    async def attempt() -> Invitation:
        before = await _own(outbox, principal, wanted)
        record = settled(before, InvitationState.ACCEPTED)
        change, entitled = await _change(outbox, record, wanted, find_repository)
        if RANKS[change.held] > RANKS[record.role] or change.is_none:
            await commit(outbox, *await rows(outbox, record, before, wanted.actor, wanted.reason))
        else:
            answered = [*written_invitation(record, before=before), told(record, wanted.actor, "")]
            await commit(outbox, *await changed(outbox, change), *answered, *entitled)
        return record.shown(now())

    return await until_won(attempt)


async def _own(
    outbox: Outbox, principal: Principal, wanted: AcceptInvitation | DeclineInvitation
) -> InvitationRecord:
    """The invitation, where it is for who answers and waits for an answer."""
    record = await find_invitation(outbox, wanted.invitation_uid)
    if record is None or not is_for(record, principal, wanted.emails):
        raise NotFound
    _demand_unlimited(principal)
    demand_open(record)
    return record


def _demand_unlimited(principal: Principal) -> None:
    if principal.scope is not None:
        raise Forbidden("An access key with limits neither sees nor answers your invitations.")


async def _change(
    outbox: Outbox,
    record: InvitationRecord,
    wanted: AcceptInvitation,
    find_repository: FindRepository,
) -> tuple[Change, list[TableAction]]:
    """What accepting changes, and that who offered it is still entitled to."""
    place = await place_of(outbox, record, find_repository)
    giver = await find_principal(outbox, Actor(kind="account", account_uid=record.invited_by))
    if not may_grant(giver, place.resource, record.role, None):
        raise Conflict("Who invited you may not give this role any more; ask for another.")
    member = await individual(outbox, wanted.actor.account_uid)
    key = place_key(record.organization_uid, record.repository_uid)
    held = await find_membership(outbox, key, member.account_uid)
    change = Change(place, member, held, record.role, wanted.actor, wanted.reason, record)
    return change, still_entitled(giver, place, member)
