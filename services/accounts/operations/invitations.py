"""Invitations: offered, listed, taken back, offered again."""

from datetime import timedelta

from services.accounts.models import Place
from services.accounts.operations.memberships import demand_grant, individual
from services.accounts.operations.offering import (
    demand_managed,
    demand_open,
    offered,
    resent,
    rows,
    settled,
)
from services.accounts.operations.places import FindRepository, find_place
from services.accounts.store.invitations import find_invitation, page_of_invitations
from services.accounts.store.layout import commit
from services.accounts.store.memberships import find_membership, place_key
from shared.contracts.accounts import (
    Account,
    Invitation,
    InvitationPage,
    InvitationState,
    InviteMember,
    ListInvitations,
    ResendInvitation,
    RevokeInvitation,
)
from shared.contracts.base import now
from shared.errors import Conflict, NotFound, TooManyRequests
from shared.fields import email_address, invalid
from shared.outbox import Outbox
from shared.policy import Action, Principal, demand
from shared.races import until_won

RESENT_AFTER = timedelta(minutes=1)


async def invite_member(
    outbox: Outbox, principal: Principal, wanted: InviteMember, *, find_repository: FindRepository
) -> Invitation:
    """Offer a role; Forbidden above one's own, Conflict where it is held or offered already."""
    if bool(wanted.invitee_uid) is bool(wanted.email):
        raise invalid("invitee", "is an account or an e-mail address, one of them")
    email = email_address("email", wanted.email) if wanted.email else ""

    async def attempt() -> Invitation:
        place = await find_place(outbox, principal, wanted, find_repository)
        demand_grant(principal, place, wanted.role, None)
        invitee = await individual(outbox, wanted.invitee_uid) if wanted.invitee_uid else None
        if invitee is not None:
            await _demand_outsider(outbox, place, invitee)
        record = offered(place, invitee, email, wanted)
        await commit(outbox, *await rows(outbox, record, None, wanted.actor, wanted.reason))
        return record.shown(now())

    return await until_won(attempt)


async def _demand_outsider(outbox: Outbox, place: Place, invitee: Account) -> None:
    key = place_key(place.account.account_uid, place.repository_uid)
    held = await find_membership(outbox, key, invitee.account_uid)
    is_member = held is not None and held.held_at(now()) is not None
    if is_member or invitee.account_uid == place.account.account_uid:
        raise Conflict(f"{invitee.account_id} has a role here already; change that.")


async def list_invitations(
    outbox: Outbox,
    principal: Principal,
    wanted: ListInvitations,
    *,
    find_repository: FindRepository,
) -> InvitationPage:
    """For those who may invite there."""
    place = await find_place(outbox, principal, wanted, find_repository)
    is_repository = place.repository is not None
    action = Action.REPOSITORY_GRANT if is_repository else Action.ACCOUNT_GRANT
    demand(principal, action, place.resource)
    key = place_key(place.account.account_uid, place.repository_uid)
    records, cursor = await page_of_invitations(outbox, key, wanted)
    moment = now()
    return InvitationPage(invitations=[one.shown(moment) for one in records], cursor=cursor)


async def revoke_invitation(
    outbox: Outbox,
    principal: Principal,
    wanted: RevokeInvitation,
    *,
    find_repository: FindRepository,
) -> Invitation:
    """Nobody can accept it any more; Conflict where it is settled."""

    async def attempt() -> Invitation:
        before = await find_invitation(outbox, wanted.invitation_uid)
        if before is None:
            raise NotFound
        await demand_managed(outbox, principal, before, find_repository)
        demand_open(before, even_expired=True)
        record = settled(before, InvitationState.REVOKED)
        await commit(outbox, *await rows(outbox, record, before, wanted.actor, wanted.reason))
        return record.shown(now())

    return await until_won(attempt)


async def resend_invitation(
    outbox: Outbox,
    principal: Principal,
    wanted: ResendInvitation,
    *,
    find_repository: FindRepository,
) -> Invitation:
    """Good for 14 days from now, also where it had expired."""

    async def attempt() -> Invitation:
        before, moment = await find_invitation(outbox, wanted.invitation_uid), now()
        if before is None:
            raise NotFound
        await demand_managed(outbox, principal, before, find_repository)
        demand_open(before, even_expired=True)
        if moment - before.sent_at < RESENT_AFTER:
            raise TooManyRequests("It was sent a moment ago; wait a minute.")
        record = resent(before, moment)
        await commit(outbox, *await rows(outbox, record, before, wanted.actor, wanted.reason))
        return record.shown(moment)

    return await until_won(attempt)
