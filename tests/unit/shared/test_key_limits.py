"""A limited access key: what it reaches, and that it never reaches further than its owner."""

from itertools import product

import pytest

from shared.contracts.accounts import Role
from shared.contracts.base import KeyAction, Scope, ScopePlace
from shared.contracts.repositories import State, Visibility
from shared.policy import AccountResource, Action, Principal, RepositoryResource, may

OWNER, MASK, OTHER = "01OWNER", "01MASK", "01OTHER"
DATA = {
    KeyAction.READ: Action.DATA_READ,
    KeyAction.LIST: Action.DATA_LIST,
    KeyAction.WRITE: Action.DATA_WRITE,
    KeyAction.DELETE: Action.DATA_DELETE,
}


def holder(*places: ScopePlace, actions: set[KeyAction] | None = None) -> Principal:
    """The owner, coming with a limited key."""
    limits = Scope(actions=frozenset(actions or KeyAction), places=places)
    return Principal(kind="account", account_uid=OWNER, scope=limits)


def repository(
    uid: str = MASK, owner: str = OWNER, visibility: Visibility = Visibility.RESTRICTED
) -> RepositoryResource:
    return RepositoryResource(owner, uid, visibility, State.ACTIVE)


@pytest.mark.parametrize(("held", "asked"), list(product(DATA, DATA)))
def test_each_action_is_its_own(held: KeyAction, asked: KeyAction) -> None:
    principal = holder(actions={held})
    assert may(principal, DATA[asked], repository(), "a") is (held is asked)


@pytest.mark.parametrize(
    ("key", "reached"), [("raw/a", True), ("raw/", True), ("ra", False), ("", False), (None, False)]
)
@pytest.mark.parametrize("action", DATA.values())
def test_a_prefix_is_kept_to(action: Action, key: str | None, reached: bool) -> None:
    place = ScopePlace(account_uid=OWNER, repository_uid=MASK, prefix="raw/")
    assert may(holder(place), action, repository(), key) is reached


def test_a_place_is_one_repository_or_all_of_an_account() -> None:
    one = holder(ScopePlace(account_uid=OWNER, repository_uid=MASK))
    whole = holder(ScopePlace(account_uid=OWNER))
    elsewhere = holder(ScopePlace(account_uid="01ELSEWHERE"))
    for principal, reached in ((one, {MASK}), (whole, {MASK, OTHER}), (elsewhere, set())):
        for uid in (MASK, OTHER):
            allowed = may(principal, Action.DATA_READ, repository(uid), "a")
            assert allowed is (uid in reached)
            assert may(principal, Action.REPOSITORY_READ, repository(uid)) is (uid in reached)


def test_it_makes_neither_keys_nor_owners_who_could() -> None:
    organization = AccountResource("01ORG", "organization", disabled=False)
    scope = Scope(actions=frozenset(KeyAction), places=())
    for limits, allowed in ((None, True), (scope, False)):
        owner = Principal(
            kind="account", account_uid=OWNER, roles={"01ORG": Role.OWNER}, scope=limits
        )
        for action in (Action.ACCESS_KEY_MANAGE, Action.ACCOUNT_GRANT, Action.CONNECTION_MANAGE):
            assert may(owner, action, organization) is allowed


def test_what_anyone_may_is_taken_from_nobody() -> None:
    principal = holder(ScopePlace(account_uid="01ELSEWHERE"), actions={KeyAction.WRITE})
    public = repository(visibility=Visibility.PUBLIC)
    assert may(principal, Action.DATA_READ, public, "a")
    assert not may(principal, Action.DATA_WRITE, public, "a")


def test_it_makes_no_other_key() -> None:
    account = AccountResource(OWNER, "individual", disabled=False)
    assert not may(holder(), Action.ACCESS_KEY_MANAGE, account)
    assert not may(holder(), Action.ACCOUNT_DELETE, account)
    assert may(holder(), Action.ACCOUNT_EDIT, account)
    assert not may(holder(actions={KeyAction.WRITE}), Action.ACCOUNT_EDIT, account)
    one = holder(ScopePlace(account_uid=OWNER, repository_uid=MASK))
    assert not may(one, Action.REPOSITORY_CREATE, account)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("visibility", Visibility)
def test_limits_never_give_more(action: Action, visibility: Visibility) -> None:
    resource = repository(owner="01SOMEBODY", visibility=visibility)
    whole = Principal(kind="account", account_uid=OWNER)
    assert may(holder(), action, resource, "a") <= may(whole, action, resource, "a")
