"""What accounts knows of the Kratos identities behind people's accounts. Never in an event."""

from pydantic import BaseModel

from shared.contracts.accounts.roles import AccountsRequest
from shared.contracts.base import Done


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
