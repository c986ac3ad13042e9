"""Invitations: offered, listed, accepted, declined, taken back, sent again."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field

from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import Body
from services.web.api.queries import (
    AccountName,
    Paging,
    RepositoryPath,
    ask,
    find_account,
)
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from services.web.session.visitor import Visitor
from shared.contracts.accounts import (
    AcceptInvitation,
    DeclineInvitation,
    GetInvitation,
    Invitation,
    InvitationPage,
    InvitationState,
    InviteMember,
    ListInvitations,
    ListOwnInvitations,
    Reason,
    ResendInvitation,
    RevokeInvitation,
    Role,
)

router = routing("invitations")
Uid = Annotated[str, Path(max_length=64, description="The invitation's own id")]
OF_ACCOUNT = "/accounts/{account_id}/invitations"
OF_REPOSITORY = "/repositories/{account_id}/{repository_id}/invitations"
ONE = "/invitations/{invitation_uid}"


class InvitationView(BaseModel):
    """A role that is offered; `invitee_id` or `email` says to whom."""

    invitation_uid: str
    account_id: str
    repository_id: str
    role: Role
    invitee_id: str
    email: str
    state: InvitationState
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationView":
        """Without uids that lead nowhere here."""
        return cls(**invitation.model_dump(include=set(cls.model_fields)))


class InvitationList(BaseModel):
    """Some invitations, newest first, and where to go on."""

    invitations: list[InvitationView]
    cursor: str | None = None

    @classmethod
    def of(cls, page: InvitationPage) -> "InvitationList":
        """As those see it whom it concerns."""
        shown = [InvitationView.of(one) for one in page.invitations]
        return cls(invitations=shown, cursor=page.cursor)


class NewInvitation(Body):
    """Whom to invite: `account_id` or `email`, one of them."""

    account_id: Annotated[str, Field(max_length=64)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    role: Role
    reason: Reason = ""


@router.get("/invitations", summary="What is offered to you")
async def list_own_invitations(
    request: Request, visitor: SignedIn, paging: Paging
) -> InvitationList:
    """To your account and, with a session, your verified address. Not for keys with limits."""
    wanted = ListOwnInvitations(actor=visitor.actor, emails=visitor.emails, **paging.asked)
    return InvitationList.of(paging.told(await ask(request, wanted)))


@router.get(OF_ACCOUNT, summary="What an organization offers")
async def list_invitations(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    paging: Paging,
) -> InvitationList:
    """Newest first, whatever became of them; for owners and maintainers."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = ListInvitations(actor=visitor.actor, organization_uid=uid, **paging.asked)
    return InvitationList.of(paging.told(await ask(request, wanted)))


@router.post(OF_ACCOUNT, status_code=201, summary="Invite into an organization")
async def invite_member(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    wanted: NewInvitation,
    key: IdempotencyKey,
) -> InvitationView:
    """Good for 14 days. Nobody invites above their own role; 409 where they are in or invited."""
    organization = await find_account(request, visitor, account_id)
    invite = InviteMember(
        actor=visitor.actor,
        organization_uid=organization.account_uid,
        idempotency_key=key,
        **await _whom(request, visitor, wanted),
    )
    return InvitationView.of(await ask(request, invite))


@router.get(OF_REPOSITORY, summary="What is offered on one repository")
async def list_repository_invitations(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    paging: Paging,
) -> InvitationList:
    """Newest first, whatever became of them; for its maintainers."""
    wanted = ListInvitations(actor=visitor.actor, repository=name, **paging.asked)
    return InvitationList.of(paging.told(await ask(request, wanted)))


@router.post(OF_REPOSITORY, status_code=201, summary="Invite to one repository")
async def invite_to_repository(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: NewInvitation,
    key: IdempotencyKey,
) -> InvitationView:
    """Good for 14 days; who is invited to a restricted repository learns its name."""
    invite = InviteMember(
        actor=visitor.actor,
        repository=name,
        idempotency_key=key,
        **await _whom(request, visitor, wanted),
    )
    return InvitationView.of(await ask(request, invite))


@router.get(ONE, summary="An invitation")
async def get_invitation(
    request: Request, visitor: SignedIn, invitation_uid: Uid
) -> InvitationView:
    """For whom it is for and for those who could offer it."""
    return await _as_invited(request, visitor, GetInvitation, invitation_uid)


@router.post(f"{ONE}/accept", summary="Accept an invitation")
async def accept_invitation(
    request: Request, visitor: SignedIn, invitation_uid: Uid
) -> InvitationView:
    """409 where it was used, taken back or has expired."""
    return await _as_invited(request, visitor, AcceptInvitation, invitation_uid)


@router.post(f"{ONE}/decline", summary="Decline an invitation")
async def decline_invitation(
    request: Request, visitor: SignedIn, invitation_uid: Uid
) -> InvitationView:
    """Nobody can accept it any more."""
    return await _as_invited(request, visitor, DeclineInvitation, invitation_uid)


@router.post(f"{ONE}/resend", summary="Send an invitation again")
async def resend_invitation(
    request: Request, visitor: SignedIn, invitation_uid: Uid
) -> InvitationView:
    """Good for 14 days from now; 429 within a minute."""
    wanted = ResendInvitation(actor=visitor.actor, invitation_uid=invitation_uid)
    return InvitationView.of(await ask(request, wanted))


@router.delete(ONE, status_code=204, summary="Take an invitation back")
async def revoke_invitation(
    request: Request, visitor: SignedIn, invitation_uid: Uid, reason: WhyQuery = ""
) -> None:
    """Nobody can accept it any more."""
    wanted = RevokeInvitation(actor=visitor.actor, invitation_uid=invitation_uid, reason=reason)
    await ask(request, wanted)


async def _as_invited(
    request: Request,
    visitor: Visitor,
    wanted: type[GetInvitation | AcceptInvitation | DeclineInvitation],
    invitation_uid: str,
) -> InvitationView:
    """Asked with the addresses that the visitor has proved to have, as one may be the invited."""
    asked = wanted(actor=visitor.actor, invitation_uid=invitation_uid, emails=visitor.emails)
    return InvitationView.of(await ask(request, asked))


async def _whom(request: Request, visitor: Visitor, wanted: NewInvitation) -> dict[str, str | Role]:
    """An account by its uid, or an address as it was typed."""
    uid = ""
    if wanted.account_id:
        uid = (await find_account(request, visitor, wanted.account_id)).account_uid
    return {**wanted.model_dump(include={"email", "role", "reason"}), "invitee_uid": uid}
