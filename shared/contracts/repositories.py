"""What repositories answers and announces.

Lengths are what a message can carry; what a repository may say is a setting of its owner.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from shared.cloudevents import EventData
from shared.contracts.base import Done, Listed, Reply, Request, Snapshot
from shared.identifiers import RepositoryId

Tag = Annotated[str, Field(min_length=1, max_length=100)]
Title = Annotated[str, Field(min_length=1, max_length=500)]
Description = Annotated[str, Field(max_length=10_000)]
Name = Annotated[str, Field(max_length=200)]


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


class Link(BaseModel):
    """Something elsewhere that belongs to it: a paper, code, a project's page."""

    model_config = ConfigDict(frozen=True)

    url: str = Field(max_length=2000)
    title: Name = ""


class Author(BaseModel):
    """A person by given and family names, or by `name` whatever else can be an author."""

    model_config = ConfigDict(frozen=True)

    name: Name = ""
    family_names: Name = ""
    given_names: Name = ""
    orcid: Annotated[str, Field(max_length=60)] = ""
    affiliation: Name = ""


class Citation(BaseModel):
    """How it wants to be cited, beside its title, license and DOI (Citation File Format 1.2)."""

    model_config = ConfigDict(frozen=True)

    authors: list[Author] = Field(default_factory=list, max_length=1000)
    version: Annotated[str, Field(max_length=100)] = ""
    released: date | None = None


class Metadata(BaseModel):
    """What a repository says of itself, beside its title."""

    description: Description = ""
    tags: list[Tag] = Field(default_factory=list, max_length=200)
    license: str = Field(default="", max_length=64, description="an SPDX identifier")
    doi: str = Field(default="", max_length=300, description="10.…/…, in lower case")
    contact: str = Field(default="", max_length=320, description="an e-mail or web address")
    links: list[Link] = Field(default_factory=list, max_length=200)
    citation: Citation = Field(default_factory=Citation)


class MetadataChange(BaseModel):
    """What of it is given is changed."""

    title: Title | None = None
    description: Description | None = None
    tags: list[Tag] | None = Field(default=None, max_length=200)
    license: str | None = Field(default=None, max_length=64)
    doi: str | None = Field(default=None, max_length=300)
    contact: str | None = Field(default=None, max_length=320)
    links: list[Link] | None = Field(default=None, max_length=200)
    citation: Citation | None = None


class Repository(Snapshot, Metadata):
    """A repository; `account_id` and `repository_id` are its names of today.

    `contact` is not announced: it may be somebody's address.
    """

    repository_uid: str
    repository_id: str
    account_uid: str
    account_id: str
    title: str
    visibility: Visibility = Visibility.PUBLIC
    state: State = State.ACTIVE
    owner_disabled: bool = False
    created_at: datetime
    updated_at: datetime


class RepositoryPage(BaseModel):
    """Some repositories, and where to go on."""

    repositories: list[Repository]
    cursor: str | None = None


class RepositoriesRequest(Request[Reply]):
    """Answered by repositories."""

    owner: ClassVar[str] = "repositories"


class CreateRepository(RepositoriesRequest[Repository], Metadata):
    """A new repository in an account; Conflict where the name is taken or still rests."""

    account_id: str
    repository_id: RepositoryId
    title: Title
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


class EditRepository(RepositoriesRequest[Repository], MetadataChange):
    """Change what is given; Conflict where `version` is given and is no longer the newest."""

    account_id: str
    repository_id: str
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
