"""Individuals and organizations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, Field

from shared.contracts.accounts.roles import AccountsEvent, AccountsRequest, Reason, Role
from shared.contracts.base import NO_QUOTA, Creation, Listed, Quota, Snapshot
from shared.identifiers import UID, AccountId

AccountKind = Literal["individual", "organization"]


class Account(Snapshot):
    """An individual or an organization, as anyone may see it.

    `roles` are those this account holds, by the uid of the organization (or repository).
    `contact_email` is told to those alone who may edit the account, unless `contact_public`.
    """

    account_uid: str
    account_id: str
    kind: AccountKind
    name: str
    bio: str = ""
    location: str = ""
    websites: list[str] = Field(default_factory=list)
    contact_email: str = ""
    contact_public: bool = False
    orcid: str = Field(default="", description="a person's, as 0000-0002-1825-0097")
    ror: str = Field(default="", description="an organization's, as 05dxps055")
    domains: list[str] = Field(default_factory=list, description="proven to be its own")
    avatar: str = Field(default="", description="the name of its picture at the data door")
    disabled: bool = False
    deleted: bool = Field(default=False, description="disabled for good; only its uid is left")
    admin: bool = False
    roles: dict[str, Role] = Field(default_factory=dict)
    role_ends: dict[str, datetime] = Field(
        default_factory=dict, description="until when roles are held that are not for good"
    )
    quota: Quota = Field(default=NO_QUOTA, description="what all its repositories may hold")
    created_at: datetime

    def roles_at(self, moment: datetime) -> Mapping[str, Role]:
        """Those that are held then: nobody writes down that one has ended."""
        if not self.role_ends:
            return self.roles
        over = {uid for uid, end in self.role_ends.items() if end <= moment}
        return {uid: role for uid, role in self.roles.items() if uid not in over}


class AccountPage(BaseModel):
    """Some accounts, and where to go on."""

    accounts: list[Account]
    cursor: str | None = None


class CreateAccount(AccountsRequest[Account], Creation):
    """A new account; Conflict where the name or the identity is taken.

    An individual is made for a Kratos identity; an organization by an individual, who owns it.
    """

    account_id: AccountId
    kind: AccountKind
    name: str = Field(min_length=1, max_length=100)
    bio: str = Field(default="", max_length=1024)
    identity_id: str = ""


class EditAccount(AccountsRequest[Account]):
    """Change what is given; Forbidden for those who may not.

    Conflict where `version` is given and another change came first.
    """

    account_uid: str
    version: int | None = None
    name: str | None = Field(default=None, min_length=1, max_length=100)
    bio: str | None = Field(default=None, max_length=1024)
    location: str | None = Field(default=None, max_length=128)
    websites: list[Annotated[str, Field(max_length=300)]] | None = Field(default=None, max_length=5)
    contact_email: str | None = Field(default=None, max_length=254)
    contact_public: bool | None = None
    orcid: str | None = Field(default=None, max_length=60)
    ror: str | None = Field(default=None, max_length=60)
    avatar: str | None = Field(
        default=None,
        pattern=rf"^(?:{UID.pattern})?$",
        description="as storage named the picture that it took; empty: none any more",
    )


class GetAccount(AccountsRequest[Account]):
    """By id or by uid, whichever is given."""

    account_id: str = ""
    account_uid: str = ""


class GetAccountByIdentity(AccountsRequest[Account]):
    """The account of a Kratos identity; NotFound before a name was chosen."""

    identity_id: str


class ListAccounts(AccountsRequest[AccountPage], Listed):
    """Every account in the order of their making: for rebuilds, by services only."""


class SearchAccounts(AccountsRequest[AccountPage], Listed):
    """Accounts whose id or name has `text` in it, newest last: for administrators.

    A page may be short, or empty, and yet have a cursor.
    """

    text: str = Field(default="", max_length=100)
    disabled: bool | None = None


class DisableAccount(AccountsRequest[Account]):
    """Its keys and sessions stop and its repositories hide, until it is enabled again.

    For administrators; Conflict for oneself.
    """

    account_uid: str
    reason: Reason = ""


class EnableAccount(AccountsRequest[Account]):
    """All is as it was before it was disabled: for administrators."""

    account_uid: str
    reason: Reason = ""


class SetAccountQuota(AccountsRequest[Account]):
    """What all repositories of an account may hold together: for administrators."""

    account_uid: str
    quota: Quota
    reason: Reason = ""
    version: int | None = None


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


class AccountDisabled(AccountEvent):
    """An account was shut; beside the account_updated that carries its new version."""

    event: ClassVar[str] = "account_disabled"


class AccountEnabled(AccountEvent):
    """An account was opened again; beside the account_updated that carries its new version."""

    event: ClassVar[str] = "account_enabled"
