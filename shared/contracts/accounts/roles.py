"""Roles, and what everything that accounts answers and announces has."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.cloudevents import EventData
from shared.contracts.base import Reply, Request


class Role(StrEnum):
    """What a member may do, strongest first."""

    OWNER = "owner"
    MAINTAINER = "maintainer"
    WRITER = "writer"
    READER = "reader"


Reason = Annotated[str, Field(max_length=500, description="Why, for the audit trail")]


class RepositoryName(BaseModel):
    """A repository by its two names."""

    model_config = ConfigDict(frozen=True)

    account_id: str
    repository_id: str

    @property
    def full(self) -> str:
        """`account/repository`."""
        return f"{self.account_id}/{self.repository_id}"


class AccountsRequest(Request[Reply]):
    """Answered by accounts."""

    owner: ClassVar[str] = "accounts"


class RoleRequest(AccountsRequest[Reply]):
    """About the roles on an organization, or on one repository where that is named."""

    organization_uid: str = ""
    repository: RepositoryName | None = None


class AccountsEvent(EventData):
    """Announced by accounts; `reason` is what who did it gave as such."""

    owner: ClassVar[str] = "accounts"

    reason: str = ""
