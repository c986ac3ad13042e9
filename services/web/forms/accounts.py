"""Forms about accounts and access keys."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.identifiers import AccountId

Line = Annotated[str, StringConstraints(strip_whitespace=True)]
PersonName = Annotated[Line, Field(min_length=1, max_length=100)]


class FormModel(BaseModel):
    """Fields that are not asked for (the token, buttons) are passed over."""

    model_config = ConfigDict(extra="ignore")


class WelcomeForm(FormModel):
    """The name a person chooses."""

    account_id: Annotated[AccountId, StringConstraints(strip_whitespace=True)]
    name: PersonName


class AccountForm(FormModel):
    """What an account says of itself."""

    name: PersonName
    bio: Annotated[Line, Field(max_length=1024)] = ""


class KeyForm(FormModel):
    """A new access key."""

    name: Annotated[Line, Field(max_length=128)] = ""


class RevokeForm(FormModel):
    """The access key that is to work no more."""

    access_key_id: Annotated[Line, Field(min_length=1, max_length=64)]
