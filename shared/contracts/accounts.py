"""What accounts answers and announces."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import BaseModel, Field, SecretStr, field_serializer

from shared.cloudevents import PRIVATE_ROOT, EventData
from shared.contracts.base import Done, Listed, Reply, Request, Snapshot
from shared.identifiers import AccountId


class Role(StrEnum):
    """What a member may do, strongest first."""

    OWNER = "owner"
    MAINTAINER = "maintainer"
    WRITER = "writer"
    READER = "reader"


AccountKind = Literal["individual", "organization"]


class Account(Snapshot):
    """An individual or an organization, as anyone may see it.

    `roles` are those this account holds, by the uid of the organization (or repository).
    """

    account_uid: str
    account_id: str
    kind: AccountKind
    name: str
    bio: str = ""
    disabled: bool = False
    admin: bool = False
    roles: dict[str, Role] = Field(default_factory=dict)
    created_at: datetime


class AccountPage(BaseModel):
    """Some accounts, and where to go on."""

    accounts: list[Account]
    cursor: str | None = None


class Member(BaseModel):
    """One member of an organization."""

    account: Account
    role: Role


class MemberPage(BaseModel):
    """Some members, and where to go on."""

    members: list[Member]
    cursor: str | None = None


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


class AccountsRequest(Request[Reply]):
    """Answered by accounts."""

    owner: ClassVar[str] = "accounts"


class CreateAccount(AccountsRequest[Account]):
    """A new account; Conflict where the name or the identity is taken.

    An individual is made for a Kratos identity; an organization by an individual, who owns it.
    """

    account_id: AccountId
    kind: AccountKind
    name: str = Field(min_length=1, max_length=100)
    bio: str = Field(default="", max_length=1024)
    identity_id: str = ""


class EditAccount(AccountsRequest[Account]):
    """Change what is given; Forbidden for those who may not."""

    account_uid: str
    name: str | None = Field(default=None, min_length=1, max_length=100)
    bio: str | None = Field(default=None, max_length=1024)


class GetAccount(AccountsRequest[Account]):
    """By id or by uid, whichever is given."""

    account_id: str = ""
    account_uid: str = ""


class GetAccountByIdentity(AccountsRequest[Account]):
    """The account of a Kratos identity; NotFound before a name was chosen."""

    identity_id: str


class ListAccounts(AccountsRequest[AccountPage], Listed):
    """Every account in the order of their making: for rebuilds, by services only."""


class GrantRole(AccountsRequest[Done]):
    """Give an account a role on an organization; nobody gives one above their own."""

    organization_uid: str
    member_uid: str
    role: Role


class ListMembers(AccountsRequest[MemberPage], Listed):
    """The members of an organization."""

    organization_uid: str


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
    """The key stops working everywhere within a second while the bus is up."""

    access_key_id: str


class GetSealedAccessKey(AccountsRequest[SealedAccessKey]):
    """For storage and web, when their projection does not know a key yet."""

    access_key_id: str


class AccountsEvent(EventData):
    """Announced by accounts."""

    owner: ClassVar[str] = "accounts"


class AccountEvent(AccountsEvent):
    """Something happened to an account, which is now so."""

    account_id: str
    account: Account


class AccountCreated(AccountEvent):
    """A new account."""

    event: ClassVar[str] = "account_created"


class AccountUpdated(AccountEvent):
    """A changed account: its profile, its state, or the roles it holds."""

    event: ClassVar[str] = "account_updated"


class MembershipEvent(AccountsEvent):
    """`account_id` is the organization's."""

    account_id: str
    organization_uid: str
    member_uid: str
    role: Role


class MembershipGranted(MembershipEvent):
    """An account got a role on an organization."""

    event: ClassVar[str] = "membership_granted"


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
