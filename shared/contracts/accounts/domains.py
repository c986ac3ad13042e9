"""Domains that organizations have proven to be theirs."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, Field

from shared.contracts.accounts.roles import AccountsRequest, Reason
from shared.contracts.base import Creation, Done, Snapshot


class DomainState(StrEnum):
    """Whether it is proven, was looked for in vain, or was not looked for yet."""

    WAITING = "waiting"
    VERIFIED = "verified"
    ABSENT = "absent"


class Domain(Snapshot):
    """A domain of an organization, and the proof that is looked for.

    `record` is the name of the TXT record whose text, or `address` the file whose content, is to be
    `proof`.
    """

    account_uid: str
    name: str
    record: str
    address: str
    proof: str
    state: DomainState = DomainState.WAITING
    added_at: datetime
    checked_at: datetime | None = None
    seen_at: datetime | None = Field(default=None, description="when the proof was last there")


class DomainList(BaseModel):
    """The domains of an organization, in the order of their names."""

    domains: list[Domain]


class AddDomain(AccountsRequest[Domain], Creation):
    """A domain to be proven, which is looked at soon and then daily. Five at most: Conflict."""

    account_uid: str
    name: str = Field(min_length=1, max_length=253)
    reason: Reason = ""


class ListDomains(AccountsRequest[DomainList]):
    """For those who may change the account."""

    account_uid: str


class CheckDomain(AccountsRequest[Domain]):
    """Look for the proof again, soon. TooManyRequests within ten seconds."""

    account_uid: str
    name: str


class RemoveDomain(AccountsRequest[Done]):
    """It is shown no more. NotFound where it was not there."""

    account_uid: str
    name: str
    reason: Reason = ""
