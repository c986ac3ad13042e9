"""What accounts knows of the Kratos identities behind people's accounts. Never in an event."""

from datetime import timedelta

from pydantic import BaseModel, Field

from shared.contracts.accounts.roles import AccountsRequest
from shared.contracts.base import Done

# For how long a mailed code is good: as long as Kratos' own.
EMAIL_CODE_LIFETIME = timedelta(minutes=15)


class EmailState(BaseModel):
    """A person's address as Kratos knows it; `active` is false where Kratos lets nobody in by it.

    Empty where Kratos has not told yet, or knows the identity no more.
    """

    email: str = ""
    verified: bool = False
    active: bool = False


class FollowIdentity(AccountsRequest[Done]):
    """An identity changed: what Kratos says of it now is read and kept. For services alone."""

    identity_id: str


class GetEmail(AccountsRequest[EmailState]):
    """For the account itself, admins and services; NotFound for everybody else."""

    account_uid: str


class RevokeSessions(AccountsRequest[Done]):
    """A person is signed out everywhere; by the account itself, admins and services. NotFound."""

    account_uid: str


class EmailChange(BaseModel):
    """An address that an identity wants in place of its own; taken once a mailed code proves it."""

    change_uid: str
    email: str


class StartEmailChange(AccountsRequest[EmailChange]):
    """A code is mailed to the address, whether it is another's or nobody's. For services alone.

    Invalid for what is no address.
    """

    identity_id: str
    email: str = Field(max_length=254)


class ConfirmEmailChange(AccountsRequest[Done]):
    """The code of that mail: the address is the identity's from now on. For services alone.

    NotFound where the change is another's, too old or was tried too often; Invalid for a wrong
    code; Conflict where the address is another's, told to nobody but who reads its mail.
    """

    identity_id: str
    change_uid: str = Field(max_length=64)
    code: str = Field(max_length=20)
