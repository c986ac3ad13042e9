"""Data connections: buckets of an account's own, in which the bytes of its repositories lie."""

import re
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, Field, SecretStr, field_serializer

from shared.cloudevents import PRIVATE_ROOT, EventData
from shared.contracts.accounts import Reason
from shared.contracts.base import Creation, Done, Listed, Snapshot
from shared.contracts.repositories.repositories import RepositoriesRequest

BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
REGION = re.compile(r"(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def check_bucket(text: str) -> str:
    """What S3 and its likes call buckets."""
    if not BUCKET.fullmatch(text):
        raise ValueError("must be a bucket's name: 3 to 63 letters, digits, dots and hyphens")
    return text


def check_region(text: str) -> str:
    """What may stand in a signature, and in the name of a host."""
    if not REGION.fullmatch(text):
        raise ValueError("must be a region's name, as us-west-2")
    return text


BucketName = Annotated[str, AfterValidator(check_bucket)]
RegionName = Annotated[str, AfterValidator(check_region)]
DEFAULT_REGION = "us-east-1"


class Connection(Snapshot):
    """A bucket that may be read, without what it is read by.

    `endpoint` is the address of an S3 server, empty for Amazon's own.
    """

    connection_uid: str
    account_uid: str
    account_id: str
    name: str
    bucket: str
    endpoint: str = ""
    region: str = DEFAULT_REGION
    is_anonymous: bool = Field(default=True, description="read without signing")
    made_by: str
    created_at: datetime
    removed: bool = False


class ConnectionPage(BaseModel):
    """The connections of an account, newest first."""

    connections: list[Connection]
    cursor: str | None = None


class SealedConnection(Snapshot):
    """A bucket as storage reads it: `sealed_credentials` are gone once it is removed."""

    connection_uid: str
    account_uid: str
    bucket: str
    endpoint: str = ""
    region: str = DEFAULT_REGION
    sealed_credentials: str = ""
    removed: bool = False


class CreateConnection(RepositoriesRequest[Connection], Creation):
    """A new connection, for an account's owners; signed if both halves of a key are given.

    Invalid for an address that leads nowhere public. Neither half is told again.
    """

    secret_fields: ClassVar[frozenset[str]] = frozenset({"access_key_id", "secret_access_key"})

    account_id: str
    name: str = Field(min_length=1, max_length=128)
    bucket: BucketName
    endpoint: str = Field(default="", max_length=512)
    region: RegionName = DEFAULT_REGION
    access_key_id: SecretStr = Field(default=SecretStr(""), max_length=256)
    secret_access_key: SecretStr = Field(default=SecretStr(""), max_length=1024)
    reason: Reason = ""

    @field_serializer("access_key_id", "secret_access_key", when_used="json")
    def reveal(self, secret: SecretStr) -> str:
        """The bus must carry it once; logs and `repr` still hide it."""
        return secret.get_secret_value()


class ListConnections(RepositoriesRequest[ConnectionPage], Listed):
    """An account's connections, without secrets, for its owners."""

    account_id: str


class RemoveConnection(RepositoriesRequest[Done]):
    """Nothing is read through it any more; what it was read by is forgotten."""

    account_id: str
    connection_uid: str
    reason: Reason = ""


class ConnectionEvent(EventData):
    """What became of a connection; no secret is told here.

    `access_key_id`: which key of the actor's it was done with, where it was one.
    """

    owner: ClassVar[str] = "repositories"

    account_id: str
    connection: Connection
    reason: str = ""
    access_key_id: str = ""


class ConnectionCreated(ConnectionEvent):
    """A new connection."""

    event: ClassVar[str] = "connection_created"


class ConnectionRemoved(ConnectionEvent):
    """A connection through which nothing is read any more."""

    event: ClassVar[str] = "connection_removed"


class ConnectionSealed(EventData):
    """By what a bucket is read, for storage alone; of a removed connection nothing is left.

    Its subject is the connection's own and the stream keeps one message a subject.
    """

    owner: ClassVar[str] = "repositories"
    root: ClassVar[str] = PRIVATE_ROOT
    event: ClassVar[str] = "connection_sealed"

    account_id: str
    repository_id: str = Field(description="the connection's uid, so that it has its own subject")
    connection: SealedConnection
