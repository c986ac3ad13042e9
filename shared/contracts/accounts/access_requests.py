"""Requests for access: somebody asks to read what they cannot see."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, Field

from shared.contracts.accounts.roles import (
    AccountsEvent,
    AccountsRequest,
    Reason,
    RepositoryName,
    Role,
)
from shared.contracts.base import Creation, Done, Listed, Moment, Reply, Snapshot


class AskState(StrEnum):
    """What became of a request for access."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class AccessRequest(Snapshot):
    """What somebody asked for, under the names that they gave.

    `role` and `role_until` are what they got, `note` what who answered says to them.
    """

    request_uid: str
    account_id: str
    repository_id: str
    asker_uid: str
    asker_id: str
    message: str = ""
    state: AskState = AskState.OPEN
    created_at: datetime
    expires_at: datetime
    role: Role | None = None
    role_until: datetime | None = None
    note: str = ""

    @property
    def place(self) -> str:
        """What is asked for, as people write it."""
        return f"{self.account_id}/{self.repository_id}"


class AccessRequestPage(BaseModel):
    """Some requests for access, newest first, and where to go on."""

    access_requests: list[AccessRequest]
    cursor: str | None = None


class AskAccess(AccountsRequest[Done], Creation):
    """Ask for a role on a repository, whether or not there is one of this name.

    The answer says nothing of what there is. TooManyRequests where too much is asked for at once.
    """

    repository: RepositoryName
    message: str = Field(default="", max_length=10_000)


class ListAccessRequests(AccountsRequest[AccessRequestPage], Listed):
    """What waits for an answer on one repository, for those who may give roles there."""

    repository: RepositoryName


class ListOwnAccessRequests(AccountsRequest[AccessRequestPage], Listed):
    """What who asks has asked for, whatever became of it."""


class AccessRequestRequest(AccountsRequest[Reply]):
    """About one request; NotFound for those whom it does not concern, Conflict once settled."""

    request_uid: str


class WithdrawAccessRequest(AccessRequestRequest[AccessRequest]):
    """By who asked: no answer is wanted any more."""


class ApproveAccessRequest(AccessRequestRequest[AccessRequest]):
    """Give who asked a role, for good or until then; Forbidden above one's own."""

    role: Role
    until: Moment | None = None
    reason: Reason = ""


class DeclineAccessRequest(AccessRequestRequest[AccessRequest]):
    """Say no; `note` is told to who asked."""

    note: str = Field(default="", max_length=500)
    reason: Reason = ""


class AccessRequestEvent(AccountsEvent):
    """What became of a request; what was written to each other is nobody else's affair."""

    account_id: str
    repository_id: str
    request_uid: str
    repository_uid: str
    asker_uid: str
    state: AskState
    role: Role | None = None
    role_until: datetime | None = None


class AccessRequested(AccessRequestEvent):
    """Somebody asked for access to a restricted repository."""

    event: ClassVar[str] = "access_requested"


class AccessRequestSettled(AccessRequestEvent):
    """It was approved, declined or withdrawn."""

    event: ClassVar[str] = "access_request_settled"
