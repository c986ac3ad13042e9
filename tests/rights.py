"""What is so in a small world of rights: who holds what, and what each persona is to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from shared.contracts.accounts import Role
from shared.contracts.base import KeyAction, Scope, ScopePlace
from shared.contracts.repositories import State, Visibility
from shared.policy import (
    ANONYMOUS_PRINCIPAL,
    Action,
    Principal,
    RepositoryResource,
    may,
    sees,
)

ORGANIZATION, REPOSITORY = "grove", "oaks"
# Open to the key with limits, and closed to it.
OPEN, CLOSED = "open/", "closed/"
# ada has founded the organization and stays its owner, rosa administers all of it.
PEOPLE = ("ada", "bela", "cleo", "dora", "eve", "rosa")
# A key of ada's with limits, and a key of the organization's own.
LIMITED, MACHINE = "limited", "machine"
KEYS = {**{who: who for who in PEOPLE}, LIMITED: "ada", MACHINE: ORGANIZATION}
ANYBODY = "anonymous"
KEY_ACTIONS = (KeyAction.READ, KeyAction.LIST)


class Seen(IntEnum):
    """How much an answer shows: nothing at all, that there is something, the thing."""

    HIDDEN = 0
    REFUSED = 1
    SHOWN = 2


class Asked(Protocol):
    """What a door asks of the policy: every action, of this key or prefix.

    `lists`: what may not be seen is left out, and not refused. `only_public`: of all repositories
    it tells of the public ones alone. `signed_in`: strangers are refused, whatever is there.
    """

    @property
    def actions(self) -> tuple[Action, ...]: ...
    @property
    def key(self) -> str | None: ...
    @property
    def by_key(self) -> bool: ...
    @property
    def lists(self) -> bool: ...
    @property
    def only_public(self) -> bool: ...
    @property
    def signed_in(self) -> bool: ...


@dataclass(frozen=True)
class Truth:
    """One moment of it. Roles are by person and place; `revoked` are whose key is."""

    uids: Mapping[str, str]
    roles: Mapping[tuple[str, str], Role] = field(default_factory=dict)
    visibility: Visibility = Visibility.PUBLIC
    state: State = State.ACTIVE
    disabled: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()

    def principal(self, who: str) -> Principal:
        """What the persona is entitled to."""
        if who == ANYBODY:
            return ANONYMOUS_PRINCIPAL
        holder = KEYS[who]
        return Principal(
            kind="account",
            account_uid=self.uids[holder],
            admin=holder == "rosa",
            disabled=holder in self.disabled,
            roles={
                self.uids[place]: role
                for (person, place), role in self.roles.items()
                if person == holder
            },
            scope=self.scope if who == LIMITED else None,
        )

    @property
    def scope(self) -> Scope:
        """The limits of the limited key."""
        place = ScopePlace(
            account_uid=self.uids[ORGANIZATION],
            repository_uid=self.uids[REPOSITORY],
            prefix=OPEN,
        )
        return Scope(actions=frozenset(KEY_ACTIONS), places=(place,))

    @property
    def resource(self) -> RepositoryResource:
        """The repository, as far as rights go."""
        return RepositoryResource(
            self.uids[ORGANIZATION],
            self.uids[REPOSITORY],
            self.visibility,
            self.state,
            owner_disabled=ORGANIZATION in self.disabled,
        )

    def shows(self, who: str, door: Asked) -> Seen:
        """What the pure function says that this door shows to this persona."""
        if self.is_turned_away(who, door):
            return Seen.REFUSED
        principal, resource = self.principal(who), self.resource
        is_told = not door.only_public or may(ANONYMOUS_PRINCIPAL, Action.REPOSITORY_LIST, resource)
        if is_told and all(may(principal, one, resource, door.key) for one in door.actions):
            return Seen.SHOWN
        return Seen.REFUSED if sees(principal, resource) and not door.lists else Seen.HIDDEN

    def is_turned_away(self, who: str, door: Asked) -> bool:
        """Whether who comes is refused before anyone looks for what they want."""
        if who == ANYBODY:
            return door.signed_in
        return door.by_key and (who in self.revoked or KEYS[who] in self.disabled)
