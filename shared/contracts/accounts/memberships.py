"""Who has which role where."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel

from shared.contracts.accounts.accounts import Account
from shared.contracts.accounts.roles import AccountsEvent, Reason, Role, RoleRequest
from shared.contracts.base import Done, Listed, Moment, Snapshot


class Member(Snapshot):
    """Who holds a role on an organization or a repository."""

    account: Account
    role: Role
    until: datetime | None = None


class MemberPage(BaseModel):
    """Some members, and where to go on."""

    members: list[Member]
    cursor: str | None = None


class GrantRole(RoleRequest[Done]):
    """Give an account a role; nobody gives or changes one above their own.

    When it ends is as before, unless `until` or `for_good` say otherwise. Conflict where `version`
    is given and not that of the role which is held.
    """

    member_uid: str
    role: Role
    until: Moment | None = None
    for_good: bool = False
    reason: Reason = ""
    version: int | None = None

    @property
    def has_no_end(self) -> bool:
        """An organization's owner has none: nobody takes note of ends, and it may be the last."""
        return self.for_good or (self.role is Role.OWNER and self.repository is None)


class RevokeRole(RoleRequest[Done]):
    """Take a role away, or leave. Conflict for an organization's last owner, or as GrantRole."""

    member_uid: str
    reason: Reason = ""
    version: int | None = None


class GetMember(RoleRequest[Member]):
    """The role of one account there, for those who may list it. NotFound where it holds none."""

    member_uid: str


class ListMembers(RoleRequest[MemberPage], Listed):
    """The members of an organization, which everyone may see; or of a repository."""


class MembershipEvent(AccountsEvent):
    """`account_id` is that of the organization, or of the repository's owner.

    `repository_id` and `repository_uid` say where the role is on one repository alone.
    """

    account_id: str
    repository_id: str = "-"
    organization_uid: str
    repository_uid: str = ""
    member_uid: str
    role: Role
    until: datetime | None = None


class MembershipGranted(MembershipEvent):
    """An account got a role."""

    event: ClassVar[str] = "membership_granted"


class MembershipRevoked(MembershipEvent):
    """An account lost its role, or left."""

    event: ClassVar[str] = "membership_revoked"
