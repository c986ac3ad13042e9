"""Access keys."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, Field, SecretStr, field_serializer

from shared.cloudevents import PRIVATE_ROOT
from shared.contracts.accounts.roles import AccountsEvent, AccountsRequest
from shared.contracts.base import Done, Listed, Snapshot


class AccessKey(BaseModel):
    """An access key without its secret."""

    access_key_id: str
    account_uid: str
    name: str
    created_at: datetime
    revoked: bool = False


class AccessKeyPage(BaseModel):
    """The access keys of an account, newest first."""

    access_keys: list[AccessKey]
    cursor: str | None = None


class AccessKeySecret(AccessKey):
    """A new access key: the only time its secret is told."""

    secret_access_key: SecretStr

    @field_serializer("secret_access_key", when_used="json")
    def reveal(self, secret: SecretStr) -> str:
        """The bus must carry it once; logs and `repr` still hide it."""
        return secret.get_secret_value()


class SealedAccessKey(Snapshot):
    """An access key whose secret only holders of the key file can open."""

    access_key_id: str
    account_uid: str
    sealed_secret: str
    revoked: bool = False


class CreateAccessKey(AccountsRequest[AccessKeySecret]):
    """A new key for an account. Only a service may bring the key's own values (the sample's)."""

    account_uid: str
    name: str = Field(default="", max_length=128)
    access_key_id: str = ""
    secret_access_key: str = ""


class ListAccessKeys(AccountsRequest[AccessKeyPage], Listed):
    """An account's keys, without secrets."""

    account_uid: str


class RevokeAccessKey(AccountsRequest[Done]):
    """The key stops working everywhere within a second while the bus is up.

    NotFound where `account_uid` is given and the key is another account's.
    """

    access_key_id: str
    account_uid: str = ""


class GetSealedAccessKey(AccountsRequest[SealedAccessKey]):
    """For storage and web, when their projection does not know a key yet."""

    access_key_id: str


class AccessKeyEvent(AccountsEvent):
    """`account_id` is the owner's; no secret is told here."""

    account_id: str
    access_key: AccessKey


class AccessKeyCreated(AccessKeyEvent):
    """A new access key."""

    event: ClassVar[str] = "access_key_created"


class AccessKeyRevoked(AccessKeyEvent):
    """An access key that works no more."""

    event: ClassVar[str] = "access_key_revoked"


class AccessKeySealed(AccountsEvent):
    """A key's sealed material, for storage and web alone.

    Its subject is the key's own and the stream keeps one message a subject, so the message of a
    revoked key (whose `sealed_secret` is empty) removes the material.
    """

    root: ClassVar[str] = PRIVATE_ROOT
    event: ClassVar[str] = "access_key_sealed"

    account_id: str
    repository_id: str = Field(
        description="the access key id, so that each key has its own subject"
    )
    access_key: SealedAccessKey
