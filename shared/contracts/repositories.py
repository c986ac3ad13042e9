"""What repositories answers and announces."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from shared.cloudevents import EventData
from shared.contracts.base import Done, Listed, Reply, Request, Snapshot
from shared.identifiers import RepositoryId

Tag = Annotated[str, Field(min_length=1, max_length=50)]


class Visibility(StrEnum):
    """Who may find and read a repository."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    RESTRICTED = "restricted"


class State(StrEnum):
    """Whether a repository is in use."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"


class Repository(Snapshot):
    """A repository; `account_id` and `repository_id` are its names of today."""

    repository_uid: str
    repository_id: str
    account_uid: str
    account_id: str
    title: str
    description: str = ""
    tags: list[str] = Field(default_factory=list)
    license: str = Field(default="", description="an SPDX identifier")
    visibility: Visibility = Visibility.PUBLIC
    state: State = State.ACTIVE
    created_at: datetime
    updated_at: datetime


class RepositoryPage(BaseModel):
    """Some repositories, and where to go on."""

    repositories: list[Repository]
    cursor: str | None = None


class RepositoriesRequest(Request[Reply]):
    """Answered by repositories."""

    owner: ClassVar[str] = "repositories"


class CreateRepository(RepositoriesRequest[Repository]):
    """A new repository in an account; Conflict where the name is taken or still rests."""

    account_id: str
    repository_id: RepositoryId
    title: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=2000)
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    license: str = Field(default="", max_length=64)
    visibility: Visibility = Visibility.PUBLIC


class GetRepository(RepositoriesRequest[Repository]):
    """By its two names; NotFound also where who asks may not see it."""

    account_id: str
    repository_id: str


class ListRepositories(RepositoriesRequest[RepositoryPage], Listed):
    """Of one account, or the public ones of all, newest first; only what who asks may list."""

    account_id: str = ""


class ListAllRepositories(RepositoriesRequest[RepositoryPage], Listed):
    """Every repository whatever its visibility and state: for rebuilds, by services only."""


class EditRepository(RepositoriesRequest[Repository]):
    """Change what is given; Conflict where `version` is given and is no longer the newest."""

    account_id: str
    repository_id: str
    title: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    tags: list[Tag] | None = Field(default=None, max_length=20)
    license: str | None = Field(default=None, max_length=64)
    visibility: Visibility | None = None
    version: int | None = None


class DeleteRepository(RepositoriesRequest[Done]):
    """Hidden everywhere at once; `confirm` must be the repository's `account/name`."""

    account_id: str
    repository_id: str
    confirm: str


class RepositoryEvent(EventData):
    """Something happened to a repository, which is now so."""

    owner: ClassVar[str] = "repositories"

    account_id: str
    repository_id: str
    repository: Repository


class RepositoryCreated(RepositoryEvent):
    """A new repository."""

    event: ClassVar[str] = "repository_created"


class RepositoryUpdated(RepositoryEvent):
    """Changed metadata or visibility."""

    event: ClassVar[str] = "repository_updated"


class RepositoryDeleted(RepositoryEvent):
    """Gone for everyone; its bytes rest until they are purged."""

    event: ClassVar[str] = "repository_deleted"
