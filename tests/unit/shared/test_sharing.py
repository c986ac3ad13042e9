"""What a share link opens, and nothing beside it."""

from dataclasses import replace
from itertools import product

import pytest

from shared.contracts.accounts import Role
from shared.contracts.base import Share
from shared.contracts.repositories import State, Visibility
from shared.errors import Forbidden, NotFound
from shared.policy import (
    AccountResource,
    Action,
    Principal,
    RepositoryResource,
    demand,
    may,
    sees,
)

HIDDEN = RepositoryResource("01OWNER", "01MASK", Visibility.RESTRICTED, State.ACTIVE)
SHOWN = {Action.REPOSITORY_READ, Action.DATA_READ, Action.DATA_LIST}


def holder(prefix: str = "") -> Principal:
    """Nobody, with a link."""
    share = Share(link_id="01L", account_uid="01OWNER", repository_uid="01MASK", prefix=prefix)
    return Principal(share=share)


@pytest.mark.parametrize("action", Action)
def test_a_link_of_all_shows_and_changes_nothing(action: Action) -> None:
    assert may(holder(), action, HIDDEN, "a/b") is (action in SHOWN)


@pytest.mark.parametrize(
    ("prefix", "key", "is_read", "is_listed"),
    [
        ("raw/", "raw/", True, True),
        ("raw/", "raw/a", True, True),
        ("raw/", "raw/../secret", True, True),  # keys are names: this one lies below raw/
        ("raw/", "raw", False, False),
        ("raw/", "raw-secret/a", False, False),
        ("raw/", "Raw/a", False, False),
        ("raw/", "/raw/a", False, False),
        ("raw/", "", False, False),
        ("raw/", "secret", False, False),
        ("raw/", "raw%2Fa", False, False),
        ("raw/", "raw\x00/a", False, False),
        ("raw", "raw", True, False),
        ("raw", "raw/", False, False),
        ("raw", "raw/a", False, False),
        ("raw", "raw2", False, False),
        ("raw/a.tif", "raw/a.tif", True, False),
        ("raw/a.tif", "raw/a.tif.aux.xml", False, False),
        ("raw/a.tif", "raw/", False, False),
        ("/", "/a", True, True),
        ("/", "a", False, False),
    ],
)
def test_a_link_of_a_part_reaches_that_far(
    prefix: str, key: str, is_read: bool, is_listed: bool
) -> None:
    assert may(holder(prefix), Action.DATA_READ, HIDDEN, key) is is_read
    assert may(holder(prefix), Action.DATA_LIST, HIDDEN, key) is is_listed
    assert not may(holder(prefix), Action.DATA_WRITE, HIDDEN, key)
    assert not may(holder(prefix), Action.DATA_READ, HIDDEN)


@pytest.mark.parametrize(
    "elsewhere",
    [
        HIDDEN._replace(repository_uid="01OTHER"),
        HIDDEN._replace(owner_uid="01RECEIVER"),
        HIDDEN._replace(owner_disabled=True),
        HIDDEN._replace(state=State.DEACTIVATED),
        HIDDEN._replace(state=State.DELETED),
    ],
)
def test_a_link_opens_nothing_elsewhere_or_of_what_is_not_in_use(
    elsewhere: RepositoryResource,
) -> None:
    for action in Action:
        assert not may(holder(), action, elsewhere, "a")
        with pytest.raises(NotFound):
            demand(holder(), action, elsewhere, "a")


def test_what_a_link_does_not_open_is_as_without_it() -> None:
    assert not sees(holder(), HIDDEN)
    for action in set(Action) - SHOWN:
        with pytest.raises(NotFound):
            demand(holder(), action, HIDDEN, "a")
    with pytest.raises(NotFound):
        demand(holder("raw/"), Action.DATA_READ, HIDDEN, "secret")


def test_a_link_takes_from_nobody_what_they_may() -> None:
    public = HIDDEN._replace(visibility=Visibility.PUBLIC)
    assert may(holder("raw/"), Action.DATA_READ, public, "secret")
    reader = Principal("account", "01ADA", roles={"01MASK": Role.READER})
    both = replace(reader, share=holder("raw/").share)
    for action, key in product(Action, ("raw/a", "secret")):
        assert may(both, action, HIDDEN, key) is may(reader, action, HIDDEN, key)
    with pytest.raises(Forbidden):
        demand(both, Action.DATA_WRITE, HIDDEN, "raw/a")


def test_a_link_is_no_role_on_an_account() -> None:
    account = AccountResource("01OWNER", "organization", disabled=False)
    anyone = {Action.ACCOUNT_READ, Action.ACCOUNT_MEMBERS_READ}
    assert {action for action in Action if may(holder(), action, account)} == anyone
