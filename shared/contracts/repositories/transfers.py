"""Repositories that go to another account: offered, taken, declined."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from shared.cloudevents import EventData
from shared.contracts.base import Creation, Done, Listed, Snapshot
from shared.contracts.repositories.repositories import (
    RepositoriesChange,
    RepositoriesRequest,
    Repository,
)


class Transfer(Snapshot):
    """A repository offered to another account, by today's names; only its maintainers take it."""

    repository_uid: str
    account_uid: str
    account_id: str
    repository_id: str
    to_account_uid: str
    to_account_id: str
    offered_by: str
    offered_at: datetime
    expires_at: datetime


class TransferPage(BaseModel):
    """Some offers, and where to go on."""

    transfers: list[Transfer]
    cursor: str | None = None


class OfferTransfer(RepositoriesChange[Transfer], Creation):
    """In place of an offer that was made before, whose `version` may be told.

    `confirm` must be its `account/name`.
    """

    account_id: str
    repository_id: str
    to_account_id: str
    confirm: str
    version: int | None = None


class GetTransfer(RepositoriesRequest[Transfer]):
    """The offer that is open, for those who could have made it. NotFound where there is none."""

    account_id: str
    repository_id: str


class ListTransfers(RepositoriesRequest[TransferPage], Listed):
    """What is offered to an account, for those who may take it."""

    account_id: str


class AcceptTransfer(RepositoriesChange[Repository]):
    """The repository is the account's now. Conflict where its name is taken there."""

    account_id: str
    repository_uid: str
    version: int | None = Field(default=None, description="the offer's")


class DeclineTransfer(RepositoriesChange[Done]):
    """The offer is void: declined by its receiver, or withdrawn by who may make one."""

    account_id: str
    repository_uid: str
    version: int | None = Field(default=None, description="the offer's")


class TransferEvent(EventData):
    """What became of an offer; see RepositoryEvent for the rest of it."""

    owner: ClassVar[str] = "repositories"

    account_id: str
    repository_id: str
    transfer: Transfer
    reason: str = ""
    access_key_id: str = ""


class TransferOffered(TransferEvent):
    """A repository is offered to another account."""

    event: ClassVar[str] = "transfer_offered"


class TransferDeclined(TransferEvent):
    """The offer is void; `withdrawn` by those who made it, or declined by its receiver."""

    event: ClassVar[str] = "transfer_declined"

    withdrawn: bool = False
