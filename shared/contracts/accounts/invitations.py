"""Invitations to hold a role."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, Field

from shared.contracts.accounts.roles import (
    AccountsEvent,
    AccountsRequest,
    Reason,
    Role,
    RoleRequest,
)
from shared.contracts.base import Creation, Listed, Reply, Snapshot


class InvitationState(StrEnum):
    """What became of an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invitation(Snapshot):
    """A role that is offered, as who offers it and whom it is for may see it.

    `invitee_id` and `invitee_uid` name an account, `email` an address; one of them is given.
    """

    invitation_uid: str
    organization_uid: str
    account_id: str
    repository_uid: str = ""
    repository_id: str = ""
    role: Role
    invitee_uid: str = ""
    invitee_id: str = ""
    email: str = ""
    invited_by: str
    state: InvitationState = InvitationState.PENDING
    created_at: datetime
    expires_at: datetime

    @property
    def place(self) -> str:
        """What the role is on, as people write it."""
        return f"{self.account_id}/{self.repository_id}" if self.repository_id else self.account_id


class InvitationPage(BaseModel):
    """Some invitations, newest first, and where to go on."""

    invitations: list[Invitation]
    cursor: str | None = None


class InviteMember(RoleRequest[Invitation], Creation):
    """Offer a role to an account or to whoever has an e-mail address, for 14 days.

    Conflict where they hold a role there already or are invited already.
    """

    invitee_uid: str = ""
    email: str = Field(default="", max_length=254)
    role: Role
    reason: Reason = ""


class ListInvitations(RoleRequest[InvitationPage], Listed):
    """What is offered on an organization or a repository, newest first."""


class ListOwnInvitations(AccountsRequest[InvitationPage], Listed):
    """What is offered to who asks. `emails`: addresses that who asks has proved to have."""

    emails: list[str] = Field(default_factory=list, max_length=10)


class InvitationRequest(AccountsRequest[Reply]):
    """About one invitation; NotFound for those whom it does not concern."""

    invitation_uid: str
    reason: Reason = ""


class GetInvitation(InvitationRequest[Invitation]):
    """As who offers it or whom it is for sees it."""

    emails: list[str] = Field(default_factory=list, max_length=10)


class AcceptInvitation(InvitationRequest[Invitation]):
    """Hold the role from now on. Conflict where it is used, revoked or expired."""

    emails: list[str] = Field(default_factory=list, max_length=10)


class DeclineInvitation(InvitationRequest[Invitation]):
    """Say no; nobody can say yes to it any more."""

    emails: list[str] = Field(default_factory=list, max_length=10)


class RevokeInvitation(InvitationRequest[Invitation]):
    """Take the offer back."""


class ResendInvitation(InvitationRequest[Invitation]):
    """Offer it for 14 days more; TooManyRequests within a minute."""


class InvitationEvent(AccountsEvent):
    """What became of an invitation. An address is nobody else's affair, so none is told."""

    account_id: str
    repository_id: str = "-"
    invitation_uid: str
    organization_uid: str
    repository_uid: str = ""
    invitee_uid: str = ""
    role: Role
    state: InvitationState
    expires_at: datetime


class InvitationCreated(InvitationEvent):
    """A role was offered, or offered again."""

    event: ClassVar[str] = "invitation_created"


class InvitationSettled(InvitationEvent):
    """It was accepted, declined or revoked."""

    event: ClassVar[str] = "invitation_settled"
