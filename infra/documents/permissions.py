"""docs/permissions.md: who may do what in which state, asked of the policy itself."""

from collections.abc import Iterable, Mapping

from shared.contracts.accounts import Role
from shared.contracts.base import KeyAction, Scope, ScopePlace, Share
from shared.contracts.repositories import State, Visibility
from shared.policy import (
    ANONYMOUS_PRINCIPAL,
    AccountResource,
    Action,
    Principal,
    RepositoryResource,
    Resource,
    may,
    service_principal,
)
from shared.rules import DELETED, DISABLED_ACCOUNT, ENABLED_ACCOUNT

OWNER, MASK = "01OWNER", "01MASK"


def _somebody(uid: str = "01SOMEBODY", **more: object) -> Principal:
    return Principal(kind="account", account_uid=uid, **more)  # type: ignore[arg-type]


def _limited(action: KeyAction) -> Principal:
    place = ScopePlace(account_uid=OWNER, repository_uid=MASK)
    return _somebody(OWNER, scope=Scope(actions=frozenset({action}), places=(place,)))


def _shown(prefix: str) -> Principal:
    share = Share(link_id="01LINK", account_uid=OWNER, repository_uid=MASK, prefix=prefix)
    return Principal(share=share)


PERSONAS: Mapping[str, Principal] = {
    "anyone, not signed in": ANONYMOUS_PRINCIPAL,
    "somebody without a role there": _somebody(),
    "an owner of another organization": _somebody(roles={"01OTHER": Role.OWNER}),
    **{f"{role} of the organization": _somebody(roles={OWNER: role}) for role in reversed(Role)},
    **{f"{role} of the repository alone": _somebody(roles={MASK: role}) for role in reversed(Role)},
    "the owning account itself, or its key": _somebody(OWNER),
    **{f"its key, limited to {action} there": _limited(action) for action in KeyAction},
    "anyone with a share link of it all": _shown(""),
    "anyone with a share link of a folder, about all": _shown("folder/"),
    "the owner, disabled": _somebody(OWNER, disabled=True),
    "an administrator": _somebody(admin=True),
    "an administrator, disabled": _somebody(admin=True, disabled=True),
    "one of our services": service_principal("indexer"),
}
REPOSITORIES: Mapping[str, Resource] = {
    **{
        visibility.value: RepositoryResource(OWNER, MASK, visibility, State.ACTIVE)
        for visibility in Visibility
    },
    "public, of its owner's bucket": RepositoryResource(
        OWNER, MASK, Visibility.PUBLIC, State.ACTIVE, is_connected=True
    ),
    "deactivated": RepositoryResource(OWNER, MASK, Visibility.PUBLIC, State.DEACTIVATED),
    "deleted": RepositoryResource(OWNER, MASK, Visibility.PUBLIC, State.DELETED),
    "of a disabled account": RepositoryResource(
        OWNER, MASK, Visibility.PUBLIC, State.ACTIVE, owner_disabled=True
    ),
}
ACCOUNTS: Mapping[str, Resource] = {
    "enabled": AccountResource(OWNER, "organization", disabled=False),
    "disabled": AccountResource(OWNER, "organization", disabled=True),
}
HEAD = """# Who may do what

Made from `shared/policy.py` by `make docs`, and compared with it by the tests. The columns say what
state the thing is in; a cell is ● where it may be done. What may not be read does not exist for who
asks: every door answers 404.

Better than the matrix this grew from (Source Cooperative's):

- the last owner of an organization stays, also where two leave at once;
- nobody gives or changes a role above their own; an invitation lapses with its sender's right;
- a disabled account is as nobody: its keys, addresses and sessions are refused, its roles rest, and
  its repositories are hidden from everyone but administrators, its own members and collaborators
  too, until it is enabled again; then all is as it was;
- what is hidden answers 404 and never 401 or 403, on every route;
- an access key may be limited to actions, repositories and prefixes, and ends when it is to; a
  limited key, as one with an end, makes no other key and gives no role in an organization, neither
  sees nor answers what a person is invited to or asked for, and takes from nobody what anyone may;
- the export of a person's own data is for that person alone: no administrator, service or limited
  key reads it;
- an account is deleted days after its owner asked for it and typed its name, and not while it is
  the last owner of an organization or has repositories; then it is nobody, for good;
- a share link opens one repository, folder or object to read, and nothing beside it: what it does
  not open is as if there were no link. It ends with its time, when it is revoked, when who made it
  is disabled, and while the repository is not in use or another account has it;
- an owner of an account connects its buckets, and shows folders of them as repositories, to which
  nobody writes here, services and administrators neither;
- what is put aside is in the lists of those who manage it, marked as such, and in nobody else's;
- a role may be given until a time, and is none from then on at every door;
- who asks for access is answered alike whether there is such a repository, whether it is
  restricted and whether they can read it already; the request reaches those who may give roles on a
  restricted repository that is in use, and nobody else learns of it.
"""


def permissions() -> str:
    """The whole document."""
    parts = [HEAD]
    for title, rules, things in (
        ("A repository and its files", DELETED, REPOSITORIES),
        ("An account", ENABLED_ACCOUNT | DISABLED_ACCOUNT, ACCOUNTS),
    ):
        parts.append(f"## {title}\n")
        parts += [_section(action, things) for action in rules]
    return "\n".join(parts)


def _section(action: Action, things: Mapping[str, Resource]) -> str:
    head = ["who", *things]
    lines = [f"### {action.value}\n", _row(head), _row(["---"] + [":-:"] * len(things))]
    for name, principal in PERSONAS.items():
        cells = (may(principal, action, thing, "") for thing in things.values())
        lines.append(_row([name, *("●" if one else "" for one in cells)]))
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
