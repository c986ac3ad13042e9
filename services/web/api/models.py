"""What the API takes and gives, where the bus's own contracts hold more than the world may see."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from services.web.addresses import avatar_url
from shared.contracts.accounts import AccessKey, Account, AccountKind, Reason, Role
from shared.contracts.base import KeyAction, Moment
from shared.contracts.metadata import Metadata, MetadataChange, Title
from shared.contracts.repositories import Folder, Repository, Visibility
from shared.identifiers import AccountId, RepositoryId


class Body(BaseModel):
    """A request body; a field it does not know is an error, so that a typing slip is seen."""

    model_config = ConfigDict(extra="forbid")


class Endpoints(BaseModel):
    """Where the pages and this API are, and where the data door is."""

    web: str
    s3: str


class AccountView(BaseModel):
    """An account as anyone may see it."""

    account_uid: str
    account_id: str
    kind: AccountKind
    name: str
    bio: str
    location: str
    websites: list[str]
    contact_email: str
    orcid: str
    ror: str
    domains: list[str]
    avatar_url: Annotated[str, Field(description="Its picture, a square WebP; empty without one")]
    created_at: datetime

    @classmethod
    def of(cls, account: Account, data_door: str) -> Self:
        """Without state, rights and roles, which are nobody else's affair."""
        told = account.model_dump(include=set(cls.model_fields))
        return cls(**told, avatar_url=avatar_url(data_door, account))


class OwnAccount(AccountView):
    """One's own account, with the roles held elsewhere by the uid of what they are on."""

    roles: dict[str, Role]


class NewOrganization(Body):
    """An organization, owned by who makes it."""

    account_id: AccountId
    name: Annotated[str, Field(min_length=1, max_length=100)]
    bio: Annotated[str, Field(max_length=1024)] = ""


class AccountChange(Body):
    """What is given is changed."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    bio: Annotated[str, Field(max_length=1024)] | None = None
    location: Annotated[str, Field(max_length=128)] | None = None
    websites: Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=5)] | None = (
        None
    )
    contact_email: Annotated[str, Field(max_length=254)] | None = None
    contact_public: StrictBool | None = None
    orcid: Annotated[str, Field(max_length=60)] | None = None
    ror: Annotated[str, Field(max_length=60)] | None = None


class NewKey(Body):
    """A new access key.

    Without actions it may do all that its owner may. A place is `account`, `account/repository` or
    `account/repository/prefix`; without places it is good everywhere.
    """

    name: Annotated[str, Field(max_length=128)] = ""
    actions: Annotated[list[KeyAction], Field(max_length=5)] = []
    places: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=1200)]], Field(max_length=20)
    ] = []
    expires_at: Moment | None = None
    reason: Reason = ""


class CreatedKey(BaseModel):
    """A new access key; its secret is told this once."""

    access_key_id: str
    secret_access_key: str
    name: str
    created_at: datetime


class KeyView(BaseModel):
    """An access key without its secret."""

    access_key_id: str
    name: str
    created_at: datetime
    revoked: bool
    actions: list[KeyAction]
    places: list[str]
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: AccessKey) -> "KeyView":
        """Without uids; `actions` has all of them where there are no limits."""
        allowed = key.scope.actions if key.scope else KeyAction
        told = key.model_dump(include=set(cls.model_fields))
        return cls(**told, actions=sorted(allowed))


class KeyList(BaseModel):
    """Some access keys, newest first, and where to go on."""

    access_keys: list[KeyView]
    cursor: str | None = None


class NewRepository(Body, Metadata):
    """A new repository in an account."""

    account_id: Annotated[str, Field(max_length=64)]
    repository_id: RepositoryId
    title: Title
    visibility: Visibility = Visibility.PUBLIC
    connection_uid: Annotated[
        str, Field(max_length=64, description="Whose bucket it shows, only to be read; see there")
    ] = ""
    connection_prefix: Folder = ""


class RepositoryChange(Body, MetadataChange):
    """What is given is changed; with `version` (or If-Match), only if that is still the newest."""

    visibility: Visibility | None = None
    version: StrictInt | None = None
    reason: Reason = ""


class Confirmed(Body):
    """The repository's `account/name`, typed."""

    confirm: Annotated[str, Field(max_length=100)]
    reason: Reason = ""


class NewName(Body):
    """The name a repository is to go by."""

    repository_id: RepositoryId
    reason: Reason = ""


class NewOwner(Body):
    """Whom a repository is offered to; `confirm` is its `account/name`."""

    to_account_id: Annotated[str, Field(max_length=64)]
    confirm: Annotated[str, Field(max_length=100)]
    reason: Reason = ""


class CitationView(BaseModel):
    """How to cite a repository: in words, as BibTeX, as CITATION.cff."""

    text: str
    bibtex: str
    cff: str


class RepositoryList(BaseModel):
    """Some repositories, newest first, and where to go on."""

    repositories: list[Repository]
    cursor: str | None = None


class UploadWanted(Body):
    """Where files are to go."""

    prefix: Annotated[str, Field(max_length=1000)] = ""
