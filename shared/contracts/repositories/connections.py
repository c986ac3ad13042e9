"""Data connections: buckets of an account's own, in which the bytes of its repositories lie."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, Field, SecretStr, field_serializer

from shared.cloudevents import PRIVATE_ROOT, EventData
from shared.contracts.accounts import Reason
from shared.contracts.base import Creation, Done, Listed, Snapshot
from shared.contracts.repositories.repositories import RepositoriesRequest

BUCKET = r"^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$"
REGION = r"^[a-z0-9-]{1,40}$"


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
    region: str = "us-east-1"
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
    region: str = "us-east-1"
    sealed_credentials: str = ""
    removed: bool = False


class CreateConnection(RepositoriesRequest[Connection], Creation):
    """A new connection, for an account's owners; signed if both halves of a key are given.

    Invalid for an address that leads nowhere public. Neither half is told again.
    """

    secret_fields: ClassVar[frozenset[str]] = frozenset({"access_key_id", "secret_access_key"})

    account_id: str
    name: str = Field(min_length=1, max_length=128)
    bucket: str = Field(pattern=BUCKET)
    endpoint: str = Field(default="", max_length=512)
    region: str = Field(default="us-east-1", pattern=REGION)
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
