"""What an invitation becomes, and the rows that say so."""

from datetime import datetime, timedelta

from services.accounts.models import InvitationRecord, Place
from services.accounts.operations.auditing import audited
from services.accounts.operations.places import FindRepository, place_of
from services.accounts.store.invitations import written_invitation
from services.accounts.store.jobs import JobKind, ordered
from shared.contracts.accounts import (
    Account,
    InvitationCreated,
    InvitationEvent,
    InvitationSettled,
    InvitationState,
    InviteMember,
)
from shared.contracts.base import Actor, now
from shared.errors import Conflict, NotFound
from shared.identifiers import new_uid
from shared.outbox import Outbox, announce, next_version
from shared.policy import Principal, may_grant
from shared.tables import Action as TableAction

LIFETIME = timedelta(days=14)
SETTLED = {
    InvitationState.ACCEPTED: "This invitation was used already.",
    InvitationState.DECLINED: "This invitation was declined.",
    InvitationState.REVOKED: "This invitation was taken back.",
    InvitationState.EXPIRED: "This invitation has expired; ask for another.",
}


def offered(
    place: Place, invitee: Account | None, email: str, wanted: InviteMember
) -> InvitationRecord:
    moment = now()
    return InvitationRecord(
        invitation_uid=new_uid(),
        organization_uid=place.account.account_uid,
        account_id=place.account.account_id,
        repository_uid=place.repository_uid,
        repository_id=place.repository_id,
        role=wanted.role,
        invitee_uid=invitee.account_uid if invitee else "",
        invitee_id=invitee.account_id if invitee else "",
        email=email,
        invited_by=wanted.actor.uid,
        created_at=moment,
        sent_at=moment,
        expires_at=moment + LIFETIME,
        version=next_version(),
    )


async def rows(
    outbox: Outbox,
    record: InvitationRecord,
    before: InvitationRecord | None,
    actor: Actor,
    reason: str = "",
) -> list[TableAction]:
    """What an invitation that changes writes, with its entry in the trail and its event."""
    action = f"invitation_{record.state}" if before else InvitationCreated.event
    if before and record.state is InvitationState.PENDING:
        action = "invitation_resent"
    entry = await audited(
        outbox,
        record.organization_uid,
        actor,
        action,
        record.invitation_uid,
        reason=reason,
        repository=record.repository_uid,
        role=record.role,
        invitee=record.invitee_uid,
    )
    announced = [told(record, actor, reason), *mailed(record)]
    return [*written_invitation(record, before=before), *entry, *announced]


def mailed(record: InvitationRecord) -> list[TableAction]:
    """The row that has a mail sent, where it is offered, or offered again."""
    is_open = record.state is InvitationState.PENDING
    uid = record.invitation_uid
    return [ordered(JobKind.INVITATION_MAIL, uid, record.version)] if is_open else []


def told(record: InvitationRecord, actor: Actor, reason: str) -> TableAction:
    """The row that announces an invitation; the address stays here."""
    is_open = record.state is InvitationState.PENDING
    kind: type[InvitationEvent] = InvitationCreated if is_open else InvitationSettled
    content = record.model_dump(include=set(InvitationEvent.model_fields))
    data = kind(**{**content, "repository_id": record.repository_id or "-", "reason": reason})
    return announce(data, aggregate=record.invitation_uid, version=record.version, actor=actor.uid)


def settled(before: InvitationRecord, state: InvitationState) -> InvitationRecord:
    """The invitation once it has its answer."""
    return before.model_copy(update={"state": state, "version": next_version(before.version)})


def resent(before: InvitationRecord, moment: datetime) -> InvitationRecord:
    """The invitation offered anew."""
    changes = {"sent_at": moment, "expires_at": moment + LIFETIME}
    return before.model_copy(update={**changes, "version": next_version(before.version)})


def demand_open(record: InvitationRecord, *, even_expired: bool = False) -> None:
    """Raises Conflict, saying what became of it, where it can't be answered any more."""
    state = record.state if even_expired else record.at(now())
    if state is not InvitationState.PENDING:
        raise Conflict(SETTLED[state])


async def demand_managed(
    outbox: Outbox, principal: Principal, record: InvitationRecord, find: FindRepository
) -> Place:
    """Where the role is offered, for those who could offer it themselves; NotFound for others."""
    place = await place_of(outbox, record, find)
    if not may_grant(principal, place.resource, record.role, None):
        raise NotFound
    return place
