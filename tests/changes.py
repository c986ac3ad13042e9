"""Changes of rights as the real services make them, and what is so after each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from botocore.credentials import Credentials
from hypothesis import strategies as st

from shared.contracts.accounts import (
    CreateAccessKey,
    DisableAccount,
    EnableAccount,
    GrantRole,
    RepositoryName,
    RevokeAccessKey,
    RevokeRole,
    Role,
)
from shared.contracts.base import Actor
from shared.contracts.repositories import (
    ActivateRepository,
    DeactivateRepository,
    DeleteRepository,
    EditRepository,
    State,
    UndeleteRepository,
    Visibility,
)
from tests.asking import Asking
from tests.doors import NAME, Visitors
from tests.edge import Person
from tests.rights import (
    KEY_ACTIONS,
    KEYS,
    LIMITED,
    MACHINE,
    OPEN,
    ORGANIZATION,
    PEOPLE,
    REPOSITORY,
    Truth,
)
from tests.waiting import until

PLACES = (ORGANIZATION, REPOSITORY)
MEMBERS = ("bela", "cleo", "dora", "eve")
NAMES = {"account_id": ORGANIZATION, "repository_id": REPOSITORY}


@dataclass(frozen=True)
class Office:
    """Where changes are made: in the name of rosa, who administers everything."""

    asking: Asking
    visitors: Visitors
    people: Mapping[str, Person]
    uids: Mapping[str, str]

    @property
    def rosa(self) -> Actor:
        """Who asks."""
        return Actor(kind="account", account_uid=self.uids["rosa"])

    def give_key(self, who: str) -> None:
        """A new key for a persona."""
        limits = {"actions": KEY_ACTIONS, "places": [f"{NAME}/{OPEN}"]} if who == LIMITED else {}
        uid = self.uids[KEYS[who]]
        maker = Actor(kind="account", account_uid=self.uids["ada"] if who == MACHINE else uid)
        made = self.asking.ask(CreateAccessKey(actor=maker, account_uid=uid, **limits))
        secret = made.secret_access_key.get_secret_value()
        self.visitors.keys[who] = Credentials(made.access_key_id, secret)


class Change(Protocol):
    """One change: `after` is what is so then, the same where it cannot be made; then do it."""

    def after(self, truth: Truth) -> Truth: ...
    def make(self, office: Office, before: Truth, /) -> None: ...


@dataclass(frozen=True)
class Give:
    """A role on the organization or on the repository, or none any more."""

    who: str
    place: str
    role: Role | None

    def after(self, truth: Truth) -> Truth:
        """What is deleted has no members to change, and nothing is given to who is shut."""
        if self.place == REPOSITORY and truth.state is State.DELETED:
            return truth
        if self.role and self.who in truth.disabled:
            return truth
        held = {at: role for at, role in truth.roles.items() if at != (self.who, self.place)}
        return replace(
            truth, roles=held | ({(self.who, self.place): self.role} if self.role else {})
        )

    def make(self, office: Office, _: Truth, /) -> None:
        """In the name of rosa."""
        on_repository = {"repository": RepositoryName(**NAMES)}
        on_organization = {"organization_uid": office.uids[ORGANIZATION]}
        place: dict[str, Any] = on_repository if self.place == REPOSITORY else on_organization
        asked = {"actor": office.rosa, "member_uid": office.uids[self.who], **place}
        if self.role:
            office.asking.ask(GrantRole(role=self.role, **asked))
        else:
            office.asking.ask(RevokeRole(**asked))


@dataclass(frozen=True)
class Show:
    """Another visibility."""

    visibility: Visibility

    def after(self, truth: Truth) -> Truth:
        """A deleted repository is not edited."""
        if truth.state is State.DELETED:
            return truth
        return replace(truth, visibility=self.visibility)

    def make(self, office: Office, _: Truth, /) -> None:
        """In the name of rosa."""
        office.asking.ask(EditRepository(actor=office.rosa, visibility=self.visibility, **NAMES))


@dataclass(frozen=True)
class Put:
    """Another state: aside, away, back."""

    state: State

    def after(self, truth: Truth) -> Truth:
        """What is deleted comes back as it was: in use, since only then is it deleted here."""
        if {truth.state, self.state} == {State.DEACTIVATED, State.DELETED}:
            return truth
        return replace(truth, state=self.state)

    def make(self, office: Office, before: Truth, /) -> None:
        """In the name of rosa."""
        actor = office.rosa
        match before.state, self.state:
            case State.ACTIVE, State.DEACTIVATED:
                office.asking.ask(DeactivateRepository(actor=actor, confirm=NAME, **NAMES))
            case State.ACTIVE, State.DELETED:
                office.asking.ask(DeleteRepository(actor=actor, confirm=NAME, **NAMES))
            case State.DELETED, _:
                uid = office.uids[REPOSITORY]
                wanted = {"account_id": ORGANIZATION, "repository_uid": uid}
                office.asking.ask(UndeleteRepository(actor=actor, **wanted))
            case _:
                office.asking.ask(ActivateRepository(actor=actor, **NAMES))


@dataclass(frozen=True)
class Shut:
    """An account is disabled, or enabled again."""

    account: str
    is_shut: bool

    def after(self, truth: Truth) -> Truth:
        """Whatever else is so."""
        one = {self.account}
        disabled = truth.disabled | one if self.is_shut else truth.disabled - one
        return replace(truth, disabled=disabled)

    def make(self, office: Office, _: Truth, /) -> None:
        """In the name of rosa. Who was shut was signed out everywhere."""
        wanted = DisableAccount if self.is_shut else EnableAccount
        uid = office.uids[self.account]
        office.asking.ask(wanted(actor=office.rosa, account_uid=uid, reason="A test."))
        if not self.is_shut and self.account in office.people:
            office.people[self.account].sign_in_again()


@dataclass(frozen=True)
class Revoke:
    """A key works no more."""

    who: str

    def after(self, truth: Truth) -> Truth:
        """The same where it is revoked already."""
        return replace(truth, revoked=truth.revoked | {self.who})

    def make(self, office: Office, _: Truth, /) -> None:
        """In the name of rosa."""
        key_id = office.visitors.keys[self.who].access_key
        office.asking.ask(RevokeAccessKey(actor=office.rosa, access_key_id=key_id))


@dataclass(frozen=True)
class Renew:
    """A new key in the place of one that was revoked; an address is signed with it."""

    who: str

    def after(self, truth: Truth) -> Truth:
        """The same where it still works."""
        return replace(truth, revoked=truth.revoked - {self.who})

    def make(self, office: Office, _: Truth, /) -> None:
        """In the name of its holder, who must not be disabled."""
        office.give_key(self.who)
        address = until(lambda: office.visitors.sign(self.who))
        office.visitors.addresses[self.who] = address


def way_back(truth: Truth, start: Truth) -> list[Change]:
    """The changes that lead from one truth to the one that everything starts from."""
    back: list[Change] = [Shut(account, is_shut=False) for account in sorted(truth.disabled)]
    back += [Put(start.state), Show(start.visibility)]
    places = sorted(truth.roles.keys() | start.roles.keys())
    back += [
        Give(*place, start.roles.get(place))
        for place in places
        if truth.roles.get(place) != start.roles.get(place)
    ]
    return [*back, *(Renew(who) for who in sorted(truth.revoked))]


CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(
        Give, st.sampled_from(MEMBERS), st.sampled_from(PLACES), st.sampled_from([*Role, None])
    ),
    st.builds(Show, st.sampled_from(Visibility)),
    st.builds(Put, st.sampled_from(State)),
    st.builds(Shut, st.sampled_from([ORGANIZATION, *PEOPLE[:-1]]), st.booleans()),
    st.builds(Revoke, st.sampled_from(sorted(KEYS))),
)
