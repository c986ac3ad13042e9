"""Trusts: whose tokens may act for an account, without any secret kept on the other side."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from shared.contracts.accounts.roles import AccountsEvent, AccountsRequest, Reason
from shared.contracts.base import Creation, Done, KeyAction, Listed, Scope, Snapshot

SHORTEST_SECONDS, LONGEST_SECONDS = 900, 43_200


class Trust(Snapshot):
    """Tokens of this issuer, for this audience, about such a subject, act for the account.

    `subject` is a pattern in which `*` stands for anything; `duration_seconds` is how long a key
    that is given for a token is good at most.
    """

    trust_uid: str
    account_uid: str
    account_id: str
    name: str = ""
    issuer: str
    audience: str
    subject: str
    duration_seconds: int
    scope: Scope | None = None
    places: list[str] = Field(default_factory=list)
    created_at: datetime
    made_by: str = ""
    removed: bool = False

    @property
    def role_arn(self) -> str:
        """What clients of AWS STS call it."""
        return f"arn:aws:iam::{self.account_id}:role/{self.trust_uid}"


class TrustPage(BaseModel):
    """The trusts of an account, newest first."""

    trusts: list[Trust]
    cursor: str | None = None


class CreateTrust(AccountsRequest[Trust], Creation):
    """A new trust of an account; Invalid where anybody at all would be trusted.

    Actions and places limit its keys as they limit an access key.
    """

    account_uid: str
    name: str = Field(default="", max_length=128)
    issuer: str = Field(min_length=1, max_length=255)
    audience: str = Field(min_length=1, max_length=255)
    subject: str = Field(min_length=1, max_length=512)
    duration_seconds: int = Field(default=3600, ge=SHORTEST_SECONDS, le=LONGEST_SECONDS)
    actions: list[KeyAction] = Field(default_factory=list, max_length=5)
    places: list[Annotated[str, Field(min_length=1, max_length=1200)]] = Field(
        default_factory=list, max_length=20
    )
    reason: Reason = ""


class ListTrusts(AccountsRequest[TrustPage], Listed):
    """An account's trusts, for its owners."""

    account_uid: str


class RemoveTrust(AccountsRequest[Done]):
    """No token is taken any more, and keys that were given for one end within a second."""

    account_uid: str
    trust_uid: str
    reason: Reason = ""


class GetTrust(AccountsRequest[Trust]):
    """For services alone; one that is removed is told as such."""

    trust_uid: str


class TrustEvent(AccountsEvent):
    """`account_id` is the account's whose trust it is."""

    account_id: str
    trust: Trust


class TrustCreated(TrustEvent):
    """A new trust."""

    event: ClassVar[str] = "trust_created"


class TrustRemoved(TrustEvent):
    """A trust that is no more."""

    event: ClassVar[str] = "trust_removed"
