"""Who may do what: one pure function, asked by the operation that owns the resource.

Source Cooperative's derived product matrix, with what it lets slip put right: nobody grants above
their own role, a disabled account is nobody, and an organization's keys, which act as the
organization itself, are its owners' affair. What a principal may not see does not exist for it.
A limited access key narrows what its owner may; what anyone may it takes from nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from shared.contracts.accounts import Account, AccountKind, Role
from shared.contracts.base import KeyAction, Scope, ScopePlace, Share, now
from shared.contracts.repositories import Repository, State, Visibility
from shared.errors import Forbidden, NotFound
from shared.rules import (
    ADMIN,
    ANYONE,
    DISABLED_ACCOUNT,
    ENABLED_ACCOUNT,
    KEY_ACTIONS,
    NEVER_LIMITED,
    NOBODY,
    OF_DISABLED,
    OWNER,
    RANKS,
    READER,
    REPOSITORY_RULES,
    SEEING,
    SERVICE_ACTIONS,
    SHARED,
    WRITING,
)
from shared.rules import Action as Action  # noqa: PLC0414 (its home for all who ask)

READ_ONLY = "Its bytes are in a bucket of its owner's, which is only read here."
PrincipalKind = Literal["anonymous", "account", "service"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as far as rights go; `roles` are by the uid of an organization or a repository.

    `scope` is that of the limited access key they came with, `share` what a share link opens.
    """

    kind: PrincipalKind = "anonymous"
    account_uid: str = ""
    admin: bool = False
    disabled: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict, hash=False)
    service: str = ""
    scope: Scope | None = None
    share: Share | None = None


class RepositoryResource(NamedTuple):
    """A repository, as far as rights go."""

    owner_uid: str
    repository_uid: str
    visibility: Visibility
    state: State
    owner_disabled: bool = False
    is_connected: bool = False


class AccountResource(NamedTuple):
    """An account, as far as rights go."""

    account_uid: str
    kind: AccountKind
    disabled: bool


Resource = RepositoryResource | AccountResource

ANONYMOUS_PRINCIPAL = Principal()


def service_principal(name: str) -> Principal:
    """One of our own services, by its name."""
    return Principal(kind="service", service=name)


def account_principal(
    account: Account, scope: Scope | None = None, share: Share | None = None
) -> Principal:
    """What this account is entitled to, as it is now, or a key of it that has limits."""
    return Principal(
        kind="account",
        account_uid=account.account_uid,
        admin=account.admin,
        disabled=account.disabled,
        roles=account.roles_at(now()),
        scope=scope,
        share=share,
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
        repository.owner_disabled,
        bool(repository.connection_uid),
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


def may(principal: Principal, action: Action, resource: Resource, key: str | None = None) -> bool:
    """Whether this principal may do this to that; called for every S3 request.

    `key` is the object's key, or the prefix that is listed, where that is what it is about.
    """
    if isinstance(resource, AccountResource):
        rules = DISABLED_ACCOUNT if resource.disabled else ENABLED_ACCOUNT
    elif resource.is_connected and action in WRITING:
        return False
    elif resource.owner_disabled and resource.state is not State.DELETED:
        rules = OF_DISABLED
    else:
        rules = REPOSITORY_RULES[resource.state, resource.visibility]
    needed = rules.get(action, NOBODY)
    if needed == ANYONE:
        return True
    if (
        principal.share is not None
        and needed == READER
        and opens(principal.share, action, resource, key)
    ):
        return True
    if principal.kind == "service":
        return needed != NOBODY and action in SERVICE_ACTIONS
    if principal.scope is not None and not covers(principal.scope, action, resource, key):
        return False
    return rank(principal, resource) >= needed


def covers(scope: Scope, action: Action, resource: Resource, key: str | None) -> bool:
    """Whether a key with these limits reaches so far, whatever its owner may."""
    if action in NEVER_LIMITED:
        return False
    if action not in SEEING and KEY_ACTIONS.get(action, KeyAction.MANAGE) not in scope.actions:
        return False
    return not scope.places or any(_within(place, action, resource, key) for place in scope.places)


def opens(share: Share, action: Action, resource: Resource, key: str | None) -> bool:
    """Whether a share link reaches so far: a prefix with a slash at its end is a folder."""
    if isinstance(resource, AccountResource) or action not in SHARED:
        return False
    place = (resource.owner_uid, resource.repository_uid)
    if place != (share.account_uid, share.repository_uid):
        return False
    if not share.prefix or action is Action.REPOSITORY_READ:
        return True
    if share.prefix.endswith("/"):
        return key is not None and key.startswith(share.prefix)
    return key == share.prefix and action is Action.DATA_READ


def _within(place: ScopePlace, action: Action, resource: Resource, key: str | None) -> bool:
    if isinstance(resource, AccountResource):
        is_there = resource.account_uid == place.account_uid
        return is_there and (not place.repository_uid or action in SEEING)
    if resource.owner_uid != place.account_uid:
        return False
    if place.repository_uid not in {"", resource.repository_uid}:
        return False
    if not place.prefix or action in SEEING or action is Action.REPOSITORY_LIST:
        return True
    return key is not None and key.startswith(place.prefix)


def may_grant(principal: Principal, resource: Resource, role: Role, held: Role | None) -> bool:
    """Whether `role` may be given to one who holds `held`: neither above the principal's own."""
    is_account = isinstance(resource, AccountResource)
    action = Action.ACCOUNT_GRANT if is_account else Action.REPOSITORY_GRANT
    own = rank(principal, resource)
    return may(principal, action, resource) and own >= max(RANKS[role], RANKS[held])


def sees(principal: Principal, resource: Resource) -> bool:
    """Whether the resource exists for this principal, whatever a share link opens of it."""
    if principal.share is not None:
        principal = replace(principal, share=None)
    if isinstance(resource, AccountResource):
        return may(principal, Action.ACCOUNT_READ, resource)
    return may(principal, Action.REPOSITORY_READ, resource)


def refusal_of(action: Action, resource: Resource) -> str:
    """Why nobody may do it, where it is so; else empty."""
    is_connected = isinstance(resource, RepositoryResource) and resource.is_connected
    return READ_ONLY if is_connected and action in WRITING else ""


def demand(
    principal: Principal, action: Action, resource: Resource, key: str | None = None
) -> None:
    """Raise NotFound where the principal may not see it, Forbidden where it may see but not do."""
    if may(principal, action, resource, key):
        return
    if sees(principal, resource):
        raise Forbidden(refusal_of(action, resource))
    raise NotFound
