"""Records that nobody outside sees."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from shared.contracts.accounts import (
    AccessKey,
    AccessRequest,
    Account,
    AskState,
    EmailChange,
    Invitation,
    InvitationState,
    Role,
    SealedAccessKey,
)
from shared.contracts.base import Scope, Snapshot
from shared.contracts.repositories import Repository
from shared.policy import Resource, account_resource, repository_resource


@dataclass(frozen=True, slots=True)
class Place:
    """What a role is held on: an organization, or one repository of an account."""

    account: Account
    repository: Repository | None = None

    @property
    def uid(self) -> str:
        """What the role stands under in an account's roles."""
        return self.repository.repository_uid if self.repository else self.account.account_uid

    @property
    def resource(self) -> Resource:
        """As a thing that something is done to."""
        if self.repository is not None:
            return repository_resource(self.repository)
        return account_resource(self.account)

    @property
    def repository_uid(self) -> str:
        """Empty for an organization."""
        return self.repository.repository_uid if self.repository else ""

    @property
    def repository_id(self) -> str:
        """Empty for an organization."""
        return self.repository.repository_id if self.repository else ""


class Membership(Snapshot):
    """The role that one account holds on an organization, or on one repository of an account."""

    organization_uid: str
    repository_uid: str = ""
    member_uid: str
    role: Role
    until: datetime | None = None

    @property
    def place_uid(self) -> str:
        """What the role is on."""
        return self.repository_uid or self.organization_uid

    def held_at(self, moment: datetime) -> Role | None:
        """The role, unless it has ended by then."""
        return None if self.until is not None and self.until <= moment else self.role

    @property
    def aggregate(self) -> str:
        """What its events are of."""
        return f"{self.place_uid}-{self.member_uid}"


class InvitationRecord(Invitation):
    """An invitation as it is kept; `sent_at` is when it was last offered."""

    sent_at: datetime

    @property
    def invitee(self) -> str:
        """Whom it is for, an account or an address, in one word."""
        return self.invitee_uid or self.email

    def at(self, moment: datetime) -> InvitationState:
        """What it is at a moment: nobody writes down that it has expired."""
        is_over = self.state is InvitationState.PENDING and self.expires_at <= moment
        return InvitationState.EXPIRED if is_over else self.state

    def shown(self, moment: datetime) -> Invitation:
        """As those whom it concerns see it."""
        told = self.model_dump(include=set(Invitation.model_fields))
        return Invitation(**{**told, "state": self.at(moment)})


class AskRecord(AccessRequest):
    """A request for access as it is kept.

    `repository_uid` and `owner_uid` are empty where there was nothing to be asked for: who asks is
    not told, so it is kept and shown like any other.
    """

    repository_uid: str = ""
    owner_uid: str = ""

    def at(self, moment: datetime) -> AskState:
        """What it is at a moment: nobody writes down that it has expired."""
        is_over = self.state is AskState.OPEN and self.expires_at <= moment
        return AskState.EXPIRED if is_over else self.state

    def shown(self, moment: datetime) -> AccessRequest:
        """As who asks and who answers see it."""
        told = self.model_dump(include=set(AccessRequest.model_fields))
        return AccessRequest(**{**told, "state": self.at(moment)})


class EmailChangeRecord(EmailChange):
    """A change of address that waits for its code; the code itself is kept nowhere."""

    identity_id: str
    made_at: datetime
    expires_at: datetime
    tries: int = 0

    def shown(self) -> EmailChange:
        """As who asked for it sees it."""
        return EmailChange(change_uid=self.change_uid, email=self.email)


class KeyRecord(Snapshot):
    """An access key as it is kept; `sealed_secret` is empty once it is revoked.

    `account_id` is its owner's name when the key was made: the message that carries the sealed
    material stands under that name, and only a message on the same subject removes it.
    """

    access_key_id: str
    account_uid: str
    account_id: str
    name: str
    created_at: datetime
    sealed_secret: str
    revoked: bool = False
    made_by: str = ""
    expires_at: datetime | None = None
    scope: Scope | None = None
    places: list[str] = Field(default_factory=list)

    def shown(self, last_used_at: datetime | None = None) -> AccessKey:
        """What its owner may always see."""
        told = self.model_dump(include=set(AccessKey.model_fields))
        return AccessKey(**told, last_used_at=last_used_at)

    def sealed(self) -> SealedAccessKey:
        """What storage and web need to check signatures."""
        return SealedAccessKey(**self.model_dump(include=set(SealedAccessKey.model_fields)))
