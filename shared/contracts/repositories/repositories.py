"""What repositories answers and announces."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.cloudevents import EventData
from shared.contracts.accounts import Reason
from shared.contracts.base import NO_QUOTA, Creation, Done, Listed, Quota, Reply, Request, Snapshot
from shared.contracts.metadata import Metadata, MetadataChange, Title
from shared.identifiers import RepositoryId


def check_folder(text: str) -> str:
    """Empty, or a whole folder: what only begins alike is somebody else's."""
    if text and (not text.endswith("/") or text.startswith("/")):
        raise ValueError("must end in / and not begin with it")
    return text


Folder = Annotated[str, AfterValidator(check_folder), Field(max_length=512)]


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


class Versioning(StrEnum):
    """Whether what is overwritten or deleted is kept; what was on is never off again, as in S3."""

    OFF = "off"
    ENABLED = "enabled"
    SUSPENDED = "suspended"


class Retention(BaseModel):
    """How long earlier versions stay: so many days after something took their place, else for ever.

    The `newest` of each key stay whatever their age.
    """

    model_config = ConfigDict(frozen=True)

    days: int | None = Field(default=None, ge=1, le=36_500)
    newest: int = Field(default=0, ge=0, le=1000)


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
    held: bool = Field(default=False, description="deactivated by an operator, who alone ends it")
    former_names: list[str] = Field(
        default_factory=list, description="`account/repository`: they still lead to it"
    )
    kept_at: str = Field(
        default="", description="where its bytes are kept, if not under its name of today"
    )
    connection_uid: str = Field(
        default="", description="the data connection in whose bucket its bytes are, if not ours"
    )
    connection_prefix: str = Field(default="", description="the folder there; empty: all of it")
    quota: Quota = Field(default=NO_QUOTA, description="what it may hold, if not what is usual")
    versioning: Versioning = Versioning.OFF
    retention: Retention = Retention()
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    purged_after: datetime | None = None

    @property
    def full_name(self) -> str:
        """`account/repository`."""
        return f"{self.account_id}/{self.repository_id}"


class RepositoryPage(BaseModel):
    """Some repositories, and where to go on."""

    repositories: list[Repository]
    cursor: str | None = None


class RepositoriesRequest(Request[Reply]):
    """Answered by repositories."""

    owner: ClassVar[str] = "repositories"


class RepositoriesChange(RepositoriesRequest[Reply]):
    """Something that the audit trail of the account may tell, with the reason."""

    reason: Reason = ""


class CreateRepository(RepositoriesChange[Repository], Metadata, Creation):
    """A new repository in an account; Conflict where the name is taken or still rests.

    With a `connection_uid` of the account it is what lies in a folder of that bucket, for good, and
    only to be read: for the account's owners.
    """

    account_id: str
    repository_id: RepositoryId
    title: Title
    visibility: Visibility = Visibility.PUBLIC
    connection_uid: str = Field(default="", max_length=64)
    connection_prefix: Folder = ""


class GetRepository(RepositoriesRequest[Repository]):
    """By its two names; NotFound also where who asks may not see it."""

    account_id: str
    repository_id: str


class ListRepositories(RepositoriesRequest[RepositoryPage], Listed):
    """Of one account, or the public ones of all, newest first; only what who asks may list."""

    account_id: str = ""


class ListAllRepositories(RepositoriesRequest[RepositoryPage], Listed):
    """Every repository whatever its visibility and state: for rebuilds, by services only."""


class EditRepository(RepositoriesChange[Repository], MetadataChange):
    """Change what is given; Conflict where `version` is given and is no longer the newest."""

    account_id: str
    repository_id: str
    visibility: Visibility | None = None
    version: int | None = None


class DeleteRepository(RepositoriesChange[Done]):
    """Hidden everywhere at once; `confirm` must be the repository's `account/name`.

    Conflict, as of all below, where `version` is given and is no longer the newest.
    """

    account_id: str
    repository_id: str
    confirm: str
    version: int | None = None


class DeactivateRepository(RepositoriesChange[Repository]):
    """Put aside: only maintainers see it, nobody writes. `confirm` must be its `account/name`."""

    account_id: str
    repository_id: str
    confirm: str
    version: int | None = None


class ActivateRepository(RepositoriesChange[Repository]):
    """In use again. Forbidden where an operator put it aside and none asks."""

    account_id: str
    repository_id: str
    version: int | None = None


class SetRepositoryQuota(RepositoriesChange[Repository]):
    """What a repository may hold: for administrators."""

    account_id: str
    repository_id: str
    quota: Quota
    version: int | None = None


class SetVersioning(RepositoriesChange[Repository]):
    """From now on overwritten and deleted objects are kept, or no more; those kept stay."""

    account_id: str
    repository_id: str
    versioning: Literal[Versioning.ENABLED, Versioning.SUSPENDED]
    version: int | None = None


class SetRetention(RepositoriesChange[Repository]):
    """How long earlier versions stay from now on; those that are over it go within hours."""

    account_id: str
    repository_id: str
    retention: Retention
    version: int | None = None


class ListDeletedRepositories(RepositoriesRequest[RepositoryPage], Listed):
    """Those of one account that who asks may have back, newest first."""

    account_id: str


class UndeleteRepository(RepositoriesChange[Repository]):
    """As it was before it was deleted, under its name; NotFound once it is purged."""

    account_id: str
    repository_uid: str
    version: int | None = None


class RenameRepository(RepositoriesChange[Repository]):
    """Its old name goes on leading to it. Conflict where the new one is taken or rests."""

    account_id: str
    repository_id: str
    new_repository_id: RepositoryId
    version: int | None = None


class RepositoryEvent(EventData):
    """Something happened to a repository, which is now so.

    `was`: of its owner, names, visibility, state and quota what changed, as it stood before.
    `access_key_id`: which key of the actor's it was done with, where it was one.
    """

    owner: ClassVar[str] = "repositories"

    account_id: str
    repository_id: str
    repository: Repository
    was: dict[str, str] = Field(default_factory=dict)
    reason: str = ""
    access_key_id: str = ""


class RepositoryCreated(RepositoryEvent):
    """A new repository."""

    event: ClassVar[str] = "repository_created"


class RepositoryUpdated(RepositoryEvent):
    """Changed metadata, visibility or state; also one that is back from being deleted."""

    event: ClassVar[str] = "repository_updated"


class RepositoryDeleted(RepositoryEvent):
    """Gone for everyone; its bytes rest until they are purged."""

    event: ClassVar[str] = "repository_deleted"


class RepositoryRenamed(RepositoryEvent):
    """Another name, or another owner; the last of `former_names` is the one before."""

    event: ClassVar[str] = "repository_renamed"


class RepositoryPurged(RepositoryEvent):
    """Nobody gets it back: whoever keeps anything of it forgets it now."""

    event: ClassVar[str] = "repository_purged"
