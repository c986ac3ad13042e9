"""What storage answers and announces."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from shared.cloudevents import EventData
from shared.contracts.base import NO_QUOTA, Done, Listed, Quota, Reply, Request, Snapshot


class StoredObject(Snapshot):
    """One object: bytes of `size` under `key`, exactly as they were sent.

    `etag` is without quotes; `checksums` are base64 by S3's names (`crc64nvme`, `sha256` ...).
    `created_by` is an account uid.
    """

    object_uid: str
    account_uid: str
    account_id: str
    repository_uid: str
    repository_id: str
    key: str
    size: int
    etag: str
    checksums: dict[str, str] = Field(default_factory=dict)
    content_type: str = "binary/octet-stream"
    metadata: dict[str, str] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    last_modified: datetime
    created_by: str = ""
    version_id: str = Field(
        default="", description="S3's; of a deletion that of its marker; empty for `null`"
    )


class ObjectPage(BaseModel):
    """Some objects in the byte order of their keys, and where to go on."""

    objects: list[StoredObject]
    cursor: str | None = None


class PresignedUrl(BaseModel):
    """A URL that carries its own permission until `expires_at`."""

    url: str
    expires_at: datetime


class PostForm(BaseModel):
    """An S3 POST policy: the action of a form and its hidden fields; the file comes last."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class StorageRequest(Request[Reply]):
    """Answered by storage."""

    owner: ClassVar[str] = "storage"


class GetObject(StorageRequest[StoredObject]):
    """The record of one object; NotFound also where who asks may not read it."""

    account_id: str
    repository_id: str
    key: str


class ListObjects(StorageRequest[ObjectPage], Listed):
    """A repository's objects by its uid: for rebuilds, by services only."""

    repository_uid: str


class StoredFigures(BaseModel):
    """How much is kept, as counters have it; a second late at most. And how much may be."""

    objects: int
    size: int
    quota: Quota = NO_QUOTA
    downloads: int = Field(default=0, description="of a repository's objects, in 30 days")


class GetRepositoryFigures(StorageRequest[StoredFigures]):
    """Of one repository, for those who may list all of it. NotFound, Forbidden."""

    account_id: str
    repository_id: str


class GetAccountFigures(StorageRequest[StoredFigures]):
    """Of all repositories of an account, hidden ones too: for its owners and maintainers."""

    account_id: str


class PresignGetObject(StorageRequest[PresignedUrl]):
    """A URL that downloads one object, or one version, as who asks, for 15 minutes."""

    account_id: str
    repository_id: str
    key: str
    version_id: str = ""


class PresignGetArchive(StorageRequest[PresignedUrl]):
    """A URL that downloads all that is under a prefix as one file and as who asks, for 15 minutes.

    NotFound, Forbidden.
    """

    account_id: str
    repository_id: str
    prefix: str = Field(default="", max_length=1024)
    format: Literal["zip", "tar"] = "zip"


class PresignPutObject(StorageRequest[PresignedUrl]):
    """A URL to which the bytes of one object are sent as who asks, for 15 minutes."""

    account_id: str
    repository_id: str
    key: str


class PresignPutAvatar(StorageRequest[PresignedUrl]):
    """A URL to which the picture of an account is sent, by those who may change the account.

    Its answer tells the name that the picture has; it is kept once the account has that name.
    NotFound, Forbidden.
    """

    account_uid: str


class AvatarTaken(BaseModel):
    """What the data door answers to a picture: the name for EditAccount."""

    avatar: str


class PresignPostObject(StorageRequest[PostForm]):
    """A form that uploads one file under a prefix as who asks, for 15 minutes; then redirects."""

    account_id: str
    repository_id: str
    prefix: str = Field(default="", max_length=1000)
    redirect: str = Field(max_length=2000)


class DeleteObject(StorageRequest[StoredObject]):
    """Removes one object as who asks; the reply is what was there.

    Where the repository keeps versions, it is kept as one. With an `etag` only what has it is
    removed: else PreconditionFailed.
    """

    account_id: str
    repository_id: str
    key: str
    etag: str = Field(default="", max_length=256)


class ObjectVersion(BaseModel):
    """What a key has or had, or that it was deleted (`is_marker`)."""

    version_id: str
    is_latest: bool
    is_marker: bool
    size: int
    etag: str
    last_modified: datetime
    created_by: str


class VersionPage(BaseModel):
    """Some versions of one key, newest first, and where to go on."""

    versions: list[ObjectVersion]
    cursor: str | None = None


class ListVersions(StorageRequest[VersionPage], Listed):
    """What a key has and had, for who may write to it; nothing where it never was. NotFound."""

    account_id: str
    repository_id: str
    key: str


class RestoreVersion(StorageRequest[StoredObject]):
    """A copy of a version as what the key has now. NotFound, TooLarge where there is no room."""

    account_id: str
    repository_id: str
    key: str
    version_id: str = Field(max_length=64)


class DeleteVersion(StorageRequest[Done]):
    """Removes one version for good; the one before the newest is the object then. NotFound."""

    account_id: str
    repository_id: str
    key: str
    version_id: str = Field(max_length=64)


class RelistRepository(StorageRequest[Done]):
    """List the bucket of a connected repository again soon, for its maintainers.

    NotFound, also where its bytes are ours; Forbidden.
    """

    account_id: str
    repository_id: str


class RelistingState(BaseModel):
    """What came of the last listing; `skipped` are keys that no object of ours can have."""

    listed_at: datetime | None = Field(default=None, description="when all of it was listed last")
    objects: int = 0
    skipped: int = 0
    error: str = Field(default="", description="why the last try failed")
    is_waiting: bool = Field(default=True, description="for another listing, or for its end")


class GetRelisting(StorageRequest[RelistingState]):
    """How the listing of a connected repository's bucket stands; see RelistRepository."""

    account_id: str
    repository_id: str


class ObjectsDownloaded(EventData):
    """How often objects of a repository were downloaded on a day so far, in UTC.

    Told some seconds after the last of them; a later version has the larger sum.
    """

    owner: ClassVar[str] = "storage"
    event: ClassVar[str] = "objects_downloaded"

    account_id: str
    repository_id: str
    repository_uid: str
    day: date
    downloads: int


class ObjectEvent(EventData):
    """Something happened to an object; `object` is what it is, or was (deleted)."""

    owner: ClassVar[str] = "storage"

    account_id: str
    repository_id: str
    object: StoredObject


class ObjectCreated(ObjectEvent):
    """New bytes under a key, whether or not there were others before."""

    event: ClassVar[str] = "object_created"


class ObjectTagged(ObjectEvent):
    """Other tags on the same bytes, which are not new for it."""

    event: ClassVar[str] = "object_tagged"


class ObjectDeleted(ObjectEvent):
    """A key that is no more; `object.version` is the version of the deletion."""

    event: ClassVar[str] = "object_deleted"
