"""Who may do what: one pure function, asked by the operation that owns the resource.

Source Cooperative's derived product matrix, with what it lets slip put right: nobody grants above
their own role, a disabled account is nobody, and an organization's keys, which act as the
organization itself, are its owners' affair. What a principal may not see does not exist for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from shared.contracts.accounts import Account, AccountKind, Role
from shared.contracts.repositories import Repository, State, Visibility
from shared.errors import Forbidden, NotFound

PrincipalKind = Literal["anonymous", "account", "service"]


class Action(StrEnum):
    """What can be asked for: the first word says of what."""

    REPOSITORY_READ = "repository:read"
    REPOSITORY_LIST = "repository:list"
    REPOSITORY_EDIT = "repository:edit"
    REPOSITORY_DELETE = "repository:delete"
    DATA_READ = "data:read"
    DATA_WRITE = "data:write"
    REPOSITORY_CREATE = "repository:create"
    ACCOUNT_READ = "account:read"
    ACCOUNT_EDIT = "account:edit"
    ACCOUNT_MEMBERS_READ = "account:members:read"
    ACCOUNT_GRANT = "account:grant"
    ACCESS_KEY_MANAGE = "access-key:manage"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as far as rights go; `roles` are by the uid of an organization or a repository."""

    kind: PrincipalKind = "anonymous"
    account_uid: str = ""
    admin: bool = False
    disabled: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict, hash=False)
    service: str = ""


@dataclass(frozen=True, slots=True)
class RepositoryResource:
    """A repository, as far as rights go."""

    owner_uid: str
    repository_uid: str
    visibility: Visibility
    state: State


@dataclass(frozen=True, slots=True)
class AccountResource:
    """An account, as far as rights go."""

    account_uid: str
    kind: AccountKind
    disabled: bool


Resource = RepositoryResource | AccountResource

ANONYMOUS_PRINCIPAL = Principal()

ANYONE, READER, WRITER, MAINTAINER, OWNER, ADMIN, NOBODY = range(7)
RANKS = {
    Role.READER: READER,
    Role.WRITER: WRITER,
    Role.MAINTAINER: MAINTAINER,
    Role.OWNER: OWNER,
    None: ANYONE,
}

PUBLIC = {
    Action.REPOSITORY_READ: ANYONE,
    Action.REPOSITORY_LIST: ANYONE,
    Action.DATA_READ: ANYONE,
    Action.DATA_WRITE: WRITER,
    Action.REPOSITORY_EDIT: MAINTAINER,
    Action.REPOSITORY_DELETE: OWNER,
}
UNLISTED = PUBLIC | {Action.REPOSITORY_LIST: READER}
RESTRICTED = UNLISTED | {Action.REPOSITORY_READ: READER, Action.DATA_READ: READER}
DEACTIVATED = {
    Action.REPOSITORY_READ: MAINTAINER,
    Action.REPOSITORY_LIST: ADMIN,
    Action.DATA_READ: MAINTAINER,
    Action.DATA_WRITE: NOBODY,
    Action.REPOSITORY_EDIT: ADMIN,
    Action.REPOSITORY_DELETE: ADMIN,
}
DELETED = dict.fromkeys(PUBLIC, NOBODY)
REPOSITORY_RULES = {
    (State.ACTIVE, Visibility.PUBLIC): PUBLIC,
    (State.ACTIVE, Visibility.UNLISTED): UNLISTED,
    (State.ACTIVE, Visibility.RESTRICTED): RESTRICTED,
    **{(State.DEACTIVATED, visibility): DEACTIVATED for visibility in Visibility},
    **{(State.DELETED, visibility): DELETED for visibility in Visibility},
}

ENABLED_ACCOUNT = {
    Action.ACCOUNT_READ: ANYONE,
    Action.ACCOUNT_MEMBERS_READ: ANYONE,
    Action.ACCOUNT_EDIT: MAINTAINER,
    Action.ACCOUNT_GRANT: MAINTAINER,
    Action.REPOSITORY_CREATE: MAINTAINER,
    Action.ACCESS_KEY_MANAGE: OWNER,
}
DISABLED_ACCOUNT = dict.fromkeys(ENABLED_ACCOUNT, ADMIN)

SERVICE_ACTIONS = frozenset(
    [
        Action.REPOSITORY_READ,
        Action.REPOSITORY_LIST,
        Action.DATA_READ,
        Action.DATA_WRITE,
        Action.ACCOUNT_READ,
        Action.ACCOUNT_MEMBERS_READ,
    ]
)


def service_principal(name: str) -> Principal:
    """One of our own services, by its name."""
    return Principal(kind="service", service=name)


def account_principal(account: Account) -> Principal:
    """What this account is entitled to, as it is now."""
    return Principal(
        kind="account",
        account_uid=account.account_uid,
        admin=account.admin,
        disabled=account.disabled,
        roles=account.roles,
    )


def account_resource(account: Account) -> AccountResource:
    """The account as a thing that something is done to."""
    return AccountResource(account.account_uid, account.kind, account.disabled)


def repository_resource(repository: Repository) -> RepositoryResource:
    """The repository as a thing that something is done to."""
    return RepositoryResource(
        repository.account_uid,
        repository.repository_uid,
        repository.visibility,
        repository.state,
    )


def rank(principal: Principal, resource: Resource) -> int:
    """How high an account stands over a resource: its best role there, ANYONE to ADMIN."""
    if principal.kind != "account" or principal.disabled:
        return ANYONE
    if principal.admin:
        return ADMIN
    roles = principal.roles
    if isinstance(resource, AccountResource):
        if principal.account_uid == resource.account_uid:
            return OWNER
        return RANKS[roles.get(resource.account_uid)]
    if principal.account_uid == resource.owner_uid:
        return OWNER
    return max(RANKS[roles.get(resource.owner_uid)], RANKS[roles.get(resource.repository_uid)])


def may(principal: Principal, action: Action, resource: Resource) -> bool:
    """Whether this principal may do this to that; called for every S3 request."""
    if isinstance(resource, AccountResource):
        rules = DISABLED_ACCOUNT if resource.disabled else ENABLED_ACCOUNT
    else:
        rules = REPOSITORY_RULES[resource.state, resource.visibility]
    needed = rules.get(action, NOBODY)
    if needed == ANYONE:
        return True
    if principal.kind == "service":
        return needed != NOBODY and action in SERVICE_ACTIONS
    return rank(principal, resource) >= needed


def may_grant(
    principal: Principal, account: AccountResource, role: Role, held: Role | None
) -> bool:
    """Whether `role` may be given to one who holds `held`: neither above the principal's own."""
    own = rank(principal, account)
    return may(principal, Action.ACCOUNT_GRANT, account) and own >= max(RANKS[role], RANKS[held])


def sees(principal: Principal, resource: Resource) -> bool:
    """Whether the resource exists for this principal."""
    if isinstance(resource, AccountResource):
        return may(principal, Action.ACCOUNT_READ, resource)
    return may(principal, Action.REPOSITORY_READ, resource)


def demand(principal: Principal, action: Action, resource: Resource) -> None:
    """Raise NotFound where the principal may not see it, Forbidden where it may see but not do."""
    if may(principal, action, resource):
        return
    if sees(principal, resource):
        raise Forbidden
    raise NotFound
