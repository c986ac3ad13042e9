"""Every persona × action × state, against the matrix written out as people read it."""

from dataclasses import replace
from itertools import product

import pytest

from shared.contracts.accounts import Role
from shared.contracts.repositories import State, Visibility
from shared.errors import Forbidden, NotFound
from shared.policy import (
    ANONYMOUS_PRINCIPAL,
    AccountResource,
    Action,
    Principal,
    RepositoryResource,
    Resource,
    demand,
    may,
    may_grant,
    sees,
    service_principal,
)

OWNER_UID, REPOSITORY_UID = "01ORGANIZATION", "01REPOSITORY"


def account(uid: str = "01SOMEBODY", **more: object) -> Principal:
    """A principal with an account of its own."""
    return Principal(kind="account", account_uid=uid, **more)  # type: ignore[arg-type]


def holder(role: Role, uid: str) -> Principal:
    """Someone with one role."""
    return account(roles={uid: role})


PERSONAS: dict[str, Principal] = {
    "anonymous": ANONYMOUS_PRINCIPAL,
    "stranger": account(),
    "elsewhere-owner": holder(Role.OWNER, "01OTHER"),
    "org-reader": holder(Role.READER, OWNER_UID),
    "org-writer": holder(Role.WRITER, OWNER_UID),
    "org-maintainer": holder(Role.MAINTAINER, OWNER_UID),
    "org-owner": holder(Role.OWNER, OWNER_UID),
    "repo-reader": holder(Role.READER, REPOSITORY_UID),
    "repo-writer": holder(Role.WRITER, REPOSITORY_UID),
    "repo-maintainer": holder(Role.MAINTAINER, REPOSITORY_UID),
    "repo-owner": holder(Role.OWNER, REPOSITORY_UID),
    "self": account(OWNER_UID),
    "admin": account(admin=True),
    "service": service_principal("indexer"),
    "disabled-self": account(OWNER_UID, disabled=True),
    "disabled-owner": account(disabled=True, roles={OWNER_UID: Role.OWNER}),
    "disabled-admin": account(admin=True, disabled=True),
}
GROUPS = {
    "R": {"org-reader", "repo-reader"},
    "W": {"org-writer", "repo-writer"},
    "M": {"org-maintainer", "repo-maintainer"},
    "O": {"org-owner", "repo-owner"},
    "Self": {"self"},
    "A": {"admin"},
    "S": {"service"},
    "everyone": set(PERSONAS),
    "-": set(),
}
REPOSITORY_MATRIX = """
              | public         | unlisted       | restricted     | deactivated  | deleted
read          | everyone       | everyone       | R W M O Self A S | M O Self A S | -
list          | everyone       | R W M O Self A S | R W M O Self A S | M O Self A S | -
members:read  | M O Self A     | M O Self A     | M O Self A     | M O Self A   | -
grant         | M O Self A     | M O Self A     | M O Self A     | A            | -
share         | M O Self A     | M O Self A     | M O Self A     | M O Self A   | -
data:read     | everyone       | everyone       | R W M O Self A S | M O Self A S | -
data:list     | everyone       | everyone       | R W M O Self A S | M O Self A S | -
data:write    | W M O Self A S | W M O Self A S | W M O Self A S | -            | -
data:delete   | W M O Self A S | W M O Self A S | W M O Self A S | -            | -
edit          | M O Self A     | M O Self A     | M O Self A     | A            | -
delete        | O Self A       | O Self A       | O Self A       | A            | -
deactivate    | M O Self A     | M O Self A     | M O Self A     | M O Self A   | -
activate      | M O Self A     | M O Self A     | M O Self A     | O Self A     | -
undelete      | -              | -              | -              | -            | O Self A
move          | O Self A       | O Self A       | O Self A       | A            | -
limit         | A              | A              | A              | A            | -
"""
ACCOUNT_MATRIX = """
                     | enabled      | disabled
account:read         | everyone     | A S
account:members:read | everyone     | A S
account:edit         | M O Self A   | A
account:grant        | M O Self A   | A
repository:create    | M O Self A   | A
account:audit        | M O Self A   | A
access-key:manage    | O Self A     | A
connection:manage    | O Self A     | A
account:delete       | O Self A     | A
account:disable      | A            | A
account:limit        | A            | A
"""
VISIBLE = {"read": "repository:read", "list": "repository:list"}
SHORT = {
    **VISIBLE,
    "edit": "repository:edit",
    "delete": "repository:delete",
    "members:read": "repository:members:read",
    "grant": "repository:grant",
    "share": "repository:share",
    **{
        name: f"repository:{name}"
        for name in ("deactivate", "activate", "undelete", "move", "limit")
    },
}


def parse(matrix: str) -> dict[tuple[Action, str], set[str]]:
    """The personas in each cell of a matrix."""
    head, *rows = [
        [cell.strip() for cell in line.split("|")] for line in matrix.strip("\n").splitlines()
    ]
    return {
        (Action(SHORT.get(row[0], row[0])), state): set().union(
            *(GROUPS[word] for word in cell.split())
        )
        for row in rows
        for state, cell in zip(head[1:], row[1:], strict=True)
    }


REPOSITORY_CELLS = parse(REPOSITORY_MATRIX)
ACCOUNT_CELLS = parse(ACCOUNT_MATRIX)


def repositories(state: str) -> list[RepositoryResource]:
    """Every repository that a column of the matrix stands for."""
    if state in {"deactivated", "deleted"}:
        return [
            RepositoryResource(OWNER_UID, REPOSITORY_UID, visibility, State(state))
            for visibility in Visibility
        ]
    return [RepositoryResource(OWNER_UID, REPOSITORY_UID, Visibility(state), State.ACTIVE)]


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize(("action", "state"), REPOSITORY_CELLS)
def test_repository_matrix(persona: str, action: Action, state: str) -> None:
    expected = persona in REPOSITORY_CELLS[action, state]
    for repository in repositories(state):
        assert may(PERSONAS[persona], action, repository) is expected


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize(("action", "state"), REPOSITORY_CELLS)
def test_of_what_is_connected_all_holds_but_that_nobody_writes(
    persona: str, action: Action, state: str
) -> None:
    writes = {Action.DATA_WRITE, Action.DATA_DELETE}
    expected = persona in REPOSITORY_CELLS[action, state] and action not in writes
    for repository in repositories(state):
        connected = repository._replace(is_connected=True)
        assert may(PERSONAS[persona], action, connected) is expected


def test_who_may_not_write_to_a_bucket_that_is_only_read_is_told_why() -> None:
    shown = RepositoryResource(
        OWNER_UID, REPOSITORY_UID, Visibility.PUBLIC, State.ACTIVE, is_connected=True
    )
    with pytest.raises(Forbidden, match="only read here"):
        demand(PERSONAS["org-owner"], Action.DATA_WRITE, shown, "key")
    with pytest.raises(Forbidden, match="may not"):
        demand(PERSONAS["stranger"], Action.REPOSITORY_EDIT, shown)


@pytest.mark.parametrize("persona", [name for name in PERSONAS if not name.startswith("repo-")])
@pytest.mark.parametrize(("action", "state"), ACCOUNT_CELLS)
def test_account_matrix(persona: str, action: Action, state: str) -> None:
    resource = AccountResource(OWNER_UID, "organization", disabled=state == "disabled")
    expected = persona in ACCOUNT_CELLS[action, state]
    assert may(PERSONAS[persona], action, resource) is expected


def test_the_matrices_name_every_action() -> None:
    assert {action for action, _ in (*REPOSITORY_CELLS, *ACCOUNT_CELLS)} == set(Action)


@pytest.mark.parametrize("role", Role)
def test_a_role_on_one_repository_gives_none_on_its_account(role: Role) -> None:
    resource = AccountResource(OWNER_UID, "organization", disabled=False)
    for action in (Action.ACCOUNT_EDIT, Action.ACCOUNT_GRANT, Action.REPOSITORY_CREATE):
        assert not may(holder(role, REPOSITORY_UID), action, resource)


def everything() -> list[Resource]:
    """Each resource there can be."""
    made: list[Resource] = [
        RepositoryResource(OWNER_UID, REPOSITORY_UID, visibility, state)
        for visibility, state in product(Visibility, State)
    ]
    made += [
        RepositoryResource(OWNER_UID, REPOSITORY_UID, visibility, state, is_connected=True)
        for visibility, state in product(Visibility, State)
    ]
    made += [AccountResource(OWNER_UID, "organization", disabled) for disabled in (True, False)]
    return made


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("action", Action)
def test_hidden_means_every_action_is_refused_as_not_found(persona: str, action: Action) -> None:
    principal = PERSONAS[persona]
    for resource in everything():
        if may(principal, action, resource):
            # A deleted repository is found in the list of those that can be had back, nowhere else.
            is_seen = sees(principal, resource) or action is Action.REPOSITORY_UNDELETE
            assert is_seen, "what one may act on, one may see"
            demand(principal, action, resource)
        else:
            with pytest.raises(Forbidden if sees(principal, resource) else NotFound):
                demand(principal, action, resource)


@pytest.mark.parametrize("persona", [name for name in PERSONAS if name.startswith("disabled")])
def test_the_disabled_are_as_anonymous(persona: str) -> None:
    for action, resource in product(Action, everything()):
        assert may(PERSONAS[persona], action, resource) is may(
            ANONYMOUS_PRINCIPAL, action, resource
        )


@pytest.mark.parametrize("persona", PERSONAS)
def test_more_rights_never_take_one_away(persona: str) -> None:
    principal = PERSONAS[persona]
    if principal.kind != "account":
        return
    stronger = replace(principal, roles={**principal.roles, REPOSITORY_UID: Role.OWNER})
    for action, resource in product(Action, everything()):
        assert may(stronger, action, resource) >= may(principal, action, resource)


STRENGTH = [None, Role.READER, Role.WRITER, Role.MAINTAINER, Role.OWNER]


@pytest.mark.parametrize(("own", "wanted", "held"), list(product(STRENGTH, Role, STRENGTH)))
def test_nobody_grants_or_changes_above_their_own_role(
    own: Role | None, wanted: Role, held: Role | None
) -> None:
    principal = holder(own, OWNER_UID) if own else account()
    resource = AccountResource(OWNER_UID, "organization", disabled=False)
    height = STRENGTH.index
    expected = height(own) >= height(Role.MAINTAINER) and height(own) >= max(
        height(wanted), height(held)
    )
    assert may_grant(principal, resource, wanted, held) is expected


def test_an_admin_grants_any_role() -> None:
    resource = AccountResource(OWNER_UID, "organization", disabled=False)
    assert may_grant(PERSONAS["admin"], resource, Role.OWNER, Role.OWNER)


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("visibility", Visibility)
def test_what_a_disabled_account_owns_is_for_admins_and_services_alone(
    persona: str, visibility: Visibility
) -> None:
    hidden = RepositoryResource(
        OWNER_UID, REPOSITORY_UID, visibility, State.ACTIVE, owner_disabled=True
    )
    for action in (Action.REPOSITORY_READ, Action.REPOSITORY_LIST, Action.DATA_READ):
        assert may(PERSONAS[persona], action, hidden) is (persona in {"admin", "service"})
    assert not may(PERSONAS[persona], Action.DATA_WRITE, hidden)
