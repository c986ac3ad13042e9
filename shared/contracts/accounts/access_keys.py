"""Access keys."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, Field, SecretStr, field_serializer

from shared.cloudevents import PRIVATE_ROOT
from shared.contracts.accounts.roles import AccountsEvent, AccountsRequest, Reason
from shared.contracts.base import Creation, Done, KeyAction, Listed, Moment, Scope, Snapshot


class AccessKey(BaseModel):
    """An access key without its secret."""

    access_key_id: str
    account_uid: str
    name: str
    created_at: datetime
    revoked: bool = False
    made_by: str = ""
    expires_at: datetime | None = None
    scope: Scope | None = None
    places: list[str] = Field(
        default_factory=list, description="the scope's places by their names when it was made"
    )
    last_used_at: datetime | None = Field(default=None, description="to the minute, and late")


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
    expires_at: datetime | None = None
    scope: Scope | None = None

    def is_good(self, moment: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        is_over = self.expires_at is not None and self.expires_at <= moment
        return bool(self.sealed_secret) and not self.revoked and not is_over


class CreateAccessKey(AccountsRequest[AccessKeySecret], Creation):
    """A new key for an account. Only a service may bring the key's own values (the sample's).

    Without actions it may do all that its owner may. A place is `account`, `account/repository` or
    `account/repository/prefix`; without places it is good everywhere.
    """

    account_uid: str
    name: str = Field(default="", max_length=128)
    actions: list[KeyAction] = Field(default_factory=list, max_length=5)
    places: list[Annotated[str, Field(min_length=1, max_length=1200)]] = Field(
        default_factory=list, max_length=20
    )
    expires_at: Moment | None = None
    reason: Reason = ""
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
    reason: Reason = ""


class NoteKeyUse(AccountsRequest[Done]):
    """When keys were last used, by their ids: for services, now and then."""

    used: dict[str, AwareDatetime] = Field(max_length=1000)


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
