"""Forms about accounts and access keys."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from shared.contracts.accounts.trusts import LONGEST_SECONDS, SHORTEST_SECONDS
from shared.contracts.base import KeyAction
from shared.identifiers import AccountId

Line = Annotated[str, StringConstraints(strip_whitespace=True)]
Why = Annotated[Line, Field(max_length=500)]
PersonName = Annotated[Line, Field(min_length=1, max_length=100)]


class FormModel(BaseModel):
    """Fields that are not asked for (the token, buttons) are passed over."""

    model_config = ConfigDict(extra="ignore")


class NewAccountForm(FormModel):
    """A new account: its name in addresses, and as people write it."""

    account_id: Annotated[AccountId, StringConstraints(strip_whitespace=True)]
    name: PersonName


def split_lines(text: object) -> object:
    """Each line that says something."""
    if not isinstance(text, str):
        return text
    return [line.strip() for line in text.splitlines() if line.strip()]


Website = Annotated[str, Field(max_length=300)]


class AccountForm(FormModel):
    """What an account says of itself."""

    name: PersonName
    bio: Annotated[Line, Field(max_length=1024)] = ""
    location: Annotated[Line, Field(max_length=128)] = ""
    websites: Annotated[list[Website], BeforeValidator(split_lines), Field(max_length=5)] = Field(
        default_factory=list
    )
    contact_email: Annotated[Line, Field(max_length=254)] = ""
    contact_public: bool = False
    orcid: Annotated[Line, Field(max_length=60)] = ""
    ror: Annotated[Line, Field(max_length=60)] = ""


Reach = Literal["full", "data", "write", "read"]
READING = (KeyAction.READ, KeyAction.LIST)
REACHES: Mapping[Reach, tuple[KeyAction, ...]] = {
    "full": tuple(KeyAction),
    "data": (*READING, KeyAction.WRITE, KeyAction.DELETE),
    "write": (*READING, KeyAction.WRITE),
    "read": READING,
}
Place = Annotated[str, Field(max_length=1200)]


class ReachForm(FormModel):
    """What is to be allowed under a name, and where; `places` one a line."""

    name: Annotated[Line, Field(max_length=128)] = ""
    reach: Reach = "full"
    places: Annotated[list[Place], BeforeValidator(split_lines), Field(max_length=20)] = Field(
        default_factory=list
    )

    @property
    def actions(self) -> list[KeyAction]:
        """What it may do."""
        return list(REACHES[self.reach])


class KeyForm(ReachForm):
    """A new access key; `days` until it expires (0: never)."""

    days: Annotated[int, Field(ge=0, le=3650)] = 0

    def expires_at(self, moment: datetime) -> datetime | None:
        """When it ends, made at this moment."""
        return moment + timedelta(days=self.days) if self.days else None


class TrustForm(ReachForm):
    """A new trust; `minutes` is how long a key that is given for a token is good."""

    issuer: Annotated[Line, Field(min_length=1, max_length=255)]
    audience: Annotated[Line, Field(min_length=1, max_length=255)]
    subject: Annotated[Line, Field(min_length=1, max_length=512)]
    minutes: Annotated[int, Field(ge=SHORTEST_SECONDS // 60, le=LONGEST_SECONDS // 60)] = 60


class RemoveTrustForm(FormModel):
    """The trust that is to be no more."""

    trust_uid: Annotated[Line, Field(min_length=1, max_length=64)]


class DomainForm(FormModel):
    """What is done to which domain."""

    do: Literal["add", "check", "remove"]
    name: Annotated[Line, Field(min_length=1, max_length=253)]


class EndForm(FormModel):
    """The name of the account that is to be deleted, typed."""

    confirm: Annotated[Line, Field(max_length=100)] = ""
    reason: Why = ""


class ShutForm(FormModel):
    """What an administrator does to an account, and why."""

    do: Literal["disable", "enable"]
    reason: Annotated[Line, Field(min_length=1, max_length=500)]


class RevokeForm(FormModel):
    """The access key that is to work no more."""

    access_key_id: Annotated[Line, Field(min_length=1, max_length=64)]
