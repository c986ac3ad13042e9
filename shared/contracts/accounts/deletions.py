"""The end of an account: asked for, cancelled while there is time, done."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from shared.contracts.accounts.accounts import AccountEvent
from shared.contracts.accounts.roles import AccountsRequest, Reason
from shared.contracts.base import Snapshot


class DeletionState(StrEnum):
    """What became of it; of one that was done nothing is left."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    DROPPED = "dropped"


class Deletion(Snapshot):
    """An account is to be deleted. `hindrance` says why it was not, where it was dropped."""

    account_uid: str
    account_id: str
    requested_by: str
    requested_at: datetime
    due_at: datetime
    state: DeletionState = DeletionState.SCHEDULED
    hindrance: str = ""


class DeleteAccount(AccountsRequest[Deletion]):
    """It is deleted once the days of grace are over. `confirm` must be its name.

    Conflict while it is the last owner of an organization, or has repositories: which, is told.
    """

    account_uid: str
    confirm: str = Field(max_length=100)
    reason: Reason = ""


class GetDeletion(AccountsRequest[Deletion]):
    """The last one that was asked for; for who may ask for one. NotFound where there is none."""

    account_uid: str


class CancelDeletion(AccountsRequest[Deletion]):
    """The account stays. Conflict where nothing is scheduled any more."""

    account_uid: str
    reason: Reason = ""


class AccountDeletionScheduled(AccountEvent):
    """An account will be deleted; until `due_at` that can be cancelled."""

    event: ClassVar[str] = "account_deletion_scheduled"

    due_at: datetime


class AccountDeletionCancelled(AccountEvent):
    """An account stays: that was wanted, or something stood in the way."""

    event: ClassVar[str] = "account_deletion_cancelled"

    due_at: datetime


class AccountDeleted(AccountEvent):
    """An account is no more, and its name rests."""

    event: ClassVar[str] = "account_deleted"
