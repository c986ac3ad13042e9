"""Access asked for: answered alike whatever there is, and given for good or until a time."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.accounts.operations.answering import (
    approve_access_request,
    decline_access_request,
)
from services.accounts.operations.memberships import list_members
from services.accounts.operations.requesting import (
    ask_access,
    list_access_requests,
    list_own_access_requests,
    withdraw_access_request,
)
from services.accounts.settings import AskTerms
from services.accounts.store.access_requests import find_request, written_request
from services.accounts.store.memberships import find_membership, place_key
from shared.contracts.accounts import (
    AccessRequest,
    Account,
    ApproveAccessRequest,
    AskAccess,
    AskState,
    DeclineAccessRequest,
    ListAccessRequests,
    ListMembers,
    ListOwnAccessRequests,
    RepositoryName,
    Role,
    WithdrawAccessRequest,
)
from shared.contracts.base import Done, KeyAction, Scope, now
from shared.contracts.repositories import State, Visibility
from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from shared.outbox import Outbox, next_version
from shared.policy import account_principal, repository_resource, sees
from tests.announced import announced, announced_types
from tests.people import (
    actor_of,
    finder,
    fresh,
    grant,
    organization,
    person,
    principal_of,
    repository_of,
)
from tests.unit.accounts.test_repository_roles import give

TERMS = AskTerms(open=3, characters=100, lifetime=timedelta(days=30))
DAY = timedelta(days=1)


class Place:
    """An organization of ada's with a restricted repository, a public one, and eve outside."""

    def __init__(self, outbox: Outbox, ada: Account, eve: Account, org: Account) -> None:
        self.outbox, self.ada, self.eve, self.org = outbox, ada, eve, org
        self.secret = repository_of(org, "secret", visibility=Visibility.RESTRICTED)
        self.open = repository_of(org, "open")
        self.find = finder(self.secret, self.open)

    async def ask(self, who: Account, repository_id: str = "secret", message: str = "") -> Done:
        name = RepositoryName(account_id="noaa", repository_id=repository_id)
        wanted = AskAccess(actor=actor_of(who), repository=name, message=message)
        principal = await principal_of(self.outbox, who)
        return await ask_access(
            self.outbox, principal, wanted, find_repository=self.find, terms=TERMS
        )

    async def waiting(self, who: Account) -> list[AccessRequest]:
        name = RepositoryName(account_id="noaa", repository_id="secret")
        wanted = ListAccessRequests(actor=actor_of(who), repository=name)
        principal = await principal_of(self.outbox, who)
        page = await list_access_requests(self.outbox, principal, wanted, find_repository=self.find)
        return page.access_requests

    async def own(self, who: Account) -> list[AccessRequest]:
        wanted = ListOwnAccessRequests(actor=actor_of(who))
        principal = await principal_of(self.outbox, who)
        return (await list_own_access_requests(self.outbox, principal, wanted)).access_requests

    async def approve(
        self, who: Account, uid: str, role: Role = Role.READER, until: datetime | None = None
    ) -> AccessRequest:
        wanted = ApproveAccessRequest(
            actor=actor_of(who), request_uid=uid, role=role, until=until, reason="A colleague."
        )
        principal = await principal_of(self.outbox, who)
        return await approve_access_request(
            self.outbox, principal, wanted, find_repository=self.find
        )

    async def decline(self, who: Account, uid: str) -> AccessRequest:
        wanted = DeclineAccessRequest(actor=actor_of(who), request_uid=uid, note="Not yet.")
        principal = await principal_of(self.outbox, who)
        return await decline_access_request(
            self.outbox, principal, wanted, find_repository=self.find
        )

    async def withdraw(self, who: Account, uid: str) -> AccessRequest:
        wanted = WithdrawAccessRequest(actor=actor_of(who), request_uid=uid)
        return await withdraw_access_request(
            self.outbox, await principal_of(self.outbox, who), wanted
        )

    async def sees(self, who: Account) -> bool:
        principal = await principal_of(self.outbox, who)
        return sees(principal, repository_resource(self.secret))


@pytest.fixture
async def place(outbox: Outbox) -> Place:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    return Place(outbox, ada, eve, await organization(outbox, "noaa", ada))


async def test_asked_for_it_waits_where_it_is_answered(place: Place) -> None:
    await place.ask(place.eve, message="For my thesis.")
    (waiting,) = await place.waiting(place.ada)
    assert (waiting.asker_id, waiting.message) == ("eve", "For my thesis.")
    assert await place.own(place.eve) == [waiting]
    event = (await announced(place.outbox))[-1]
    assert event["type"].endswith("access_requested.v1")
    assert "thesis" not in str(event)


async def test_what_is_not_there_public_or_read_already_is_answered_alike(place: Place) -> None:
    before = await announced_types(place.outbox)
    for name in ("open", "nothing-here"):
        assert await place.ask(place.eve, name) == Done()
    assert await place.ask(place.ada) == Done(), "its owner"
    own = await place.own(place.eve)
    assert [one.repository_id for one in own] == ["nothing-here", "open"]
    assert {one.state for one in own} == {AskState.OPEN}
    assert await place.waiting(place.ada) == []
    assert await announced_types(place.outbox) == before
    for one in own:
        with pytest.raises(NotFound):
            await place.approve(place.ada, one.request_uid)
    assert (await place.withdraw(place.eve, own[0].request_uid)).state is AskState.WITHDRAWN


@pytest.mark.parametrize(
    "more", [{"state": State.DEACTIVATED}, {"owner_disabled": True}, {"state": State.DELETED}]
)
async def test_what_is_put_aside_is_asked_for_in_vain(place: Place, more: dict[str, Any]) -> None:
    place.find = finder(place.secret.model_copy(update=more))
    assert await place.ask(place.eve) == Done()
    (own,) = await place.own(place.eve)
    record = await find_request(place.outbox, own.request_uid)
    assert record is not None
    assert record.repository_uid == ""


async def test_asked_twice_it_is_one_request(place: Place) -> None:
    await place.ask(place.eve)
    await asyncio.gather(*(place.ask(place.eve) for _ in range(4)))
    assert len(await place.waiting(place.ada)) == 1
    assert len(await place.own(place.eve)) == 1


@pytest.mark.parametrize("name", ["secret", "nothing-here", "open"])
async def test_too_much_is_refused_alike(place: Place, name: str) -> None:
    for one in ("a", "b", "c"):
        await place.ask(place.eve, one)
    with pytest.raises(TooManyRequests, match="3 repositories already"):
        await place.ask(place.eve, name)
    await place.ask(place.eve, "a")
    await place.withdraw(place.eve, (await place.own(place.eve))[0].request_uid)
    await place.ask(place.eve, name)
    with pytest.raises(Invalid, match="100 characters"):
        await place.ask(place.eve, name, "x" * 101)


async def test_a_limited_key_and_an_organization_ask_for_nothing(place: Place) -> None:
    name = RepositoryName(account_id="noaa", repository_id="secret")
    limited = account_principal(
        await fresh(place.outbox, place.eve), Scope(actions=frozenset({KeyAction.MANAGE}))
    )
    wanted = AskAccess(actor=actor_of(place.eve), repository=name)
    for principal, problem in (
        (limited, Forbidden),
        (await principal_of(place.outbox, place.org), Invalid),
    ):
        with pytest.raises(problem):
            await ask_access(
                place.outbox, principal, wanted, find_repository=place.find, terms=TERMS
            )
    with pytest.raises(Forbidden):
        await list_own_access_requests(place.outbox, limited, ListOwnAccessRequests())


async def test_approved_it_is_a_role_with_its_reason_and_its_request(place: Place) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    assert not await place.sees(place.eve)
    settled = await place.approve(place.ada, waiting.request_uid, Role.WRITER)
    assert (settled.state, settled.role) == (AskState.APPROVED, Role.WRITER)
    assert await place.sees(place.eve)
    assert await place.own(place.eve) == [settled]
    assert await place.waiting(place.ada) == []
    reasons = {one["type"]: one["data"]["reason"] for one in await announced(place.outbox)}
    assert reasons["coop.accounts.membership_granted.v1"] == "A colleague."
    assert reasons["coop.accounts.access_request_settled.v1"] == "A colleague."
    with pytest.raises(Conflict, match="approved already"):
        await place.approve(place.ada, waiting.request_uid)


async def test_a_role_until_a_time_ends_by_itself(place: Place) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    until = now() + timedelta(seconds=0.4)
    await place.approve(place.ada, waiting.request_uid, until=until)
    assert await place.sees(place.eve)
    assert [one.until for one in await members(place)] == [until]
    await asyncio.sleep(0.5)
    assert not await place.sees(place.eve)
    assert await members(place) == []
    # It can be asked for anew, and be given for good.
    await place.ask(place.eve)
    (again,) = await place.waiting(place.ada)
    await place.approve(place.ada, again.request_uid)
    assert await place.sees(place.eve)
    assert (await fresh(place.outbox, place.eve)).role_ends == {}


async def members(place: Place) -> list[Any]:
    name = RepositoryName(account_id="noaa", repository_id="secret")
    wanted = ListMembers(actor=actor_of(place.ada), repository=name)
    principal = await principal_of(place.outbox, place.ada)
    page = await list_members(place.outbox, principal, wanted, find_repository=place.find)
    return page.members


async def end_of(place: Place) -> datetime | None:
    """When eve's role ends, by the membership; the account and its announcement say the same."""
    key = place_key(place.org.account_uid, place.secret.repository_uid)
    held = await find_membership(place.outbox, key, place.eve.account_uid)
    assert held is not None
    ends = (await fresh(place.outbox, place.eve)).role_ends
    assert ends.get(place.secret.repository_uid) == held.until
    return held.until


@pytest.mark.parametrize("role", [Role.READER, Role.WRITER])
async def test_a_role_that_has_an_end_keeps_it_when_it_is_saved_again(
    place: Place, role: Role
) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    until = now() + DAY
    await place.approve(place.ada, waiting.request_uid, until=until)
    await give(place.outbox, place.ada, place.secret, place.eve, role)
    assert await end_of(place) == until


async def test_the_end_of_a_role_is_changed_and_taken_away_in_so_many_words(place: Place) -> None:
    await give(place.outbox, place.ada, place.secret, place.eve, Role.READER)
    until = now() + DAY
    await give(place.outbox, place.ada, place.secret, place.eve, Role.READER, until=until)
    assert await end_of(place) == until
    await give(place.outbox, place.ada, place.secret, place.eve, Role.READER, for_good=True)
    assert await end_of(place) is None


async def test_a_role_that_is_over_is_given_anew_without_its_old_end(place: Place) -> None:
    until = now() + timedelta(seconds=0.2)
    await give(place.outbox, place.ada, place.secret, place.eve, Role.READER, until=until)
    await asyncio.sleep(0.3)
    await give(place.outbox, place.ada, place.secret, place.eve, Role.READER)
    assert await end_of(place) is None


@pytest.mark.parametrize("more", [{"until": now() - DAY}, {"until": now() + DAY, "for_good": True}])
async def test_an_end_that_cannot_be_is_refused(place: Place, more: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="a time to come"):
        await give(place.outbox, place.ada, place.secret, place.eve, Role.READER, **more)


async def test_an_end_in_the_past_is_refused(place: Place) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    with pytest.raises(Invalid, match="a time to come"):
        await place.approve(place.ada, waiting.request_uid, until=now() - DAY)


async def test_a_maintainer_approves_but_nothing_above_their_own_role(place: Place) -> None:
    bob = await person(place.outbox, "bob")
    await grant(place.outbox, place.ada, place.org, bob, Role.MAINTAINER)
    await place.ask(place.eve)
    (waiting,) = await place.waiting(bob)
    with pytest.raises(Forbidden, match="above their own"):
        await place.approve(bob, waiting.request_uid, Role.OWNER)
    assert (await place.waiting(bob)) == [waiting]
    await place.approve(bob, waiting.request_uid, Role.MAINTAINER)
    assert await place.sees(place.eve)


async def test_strangers_and_readers_neither_see_nor_answer(place: Place) -> None:
    mallory, rob = await person(place.outbox, "mallory"), await person(place.outbox, "rob")
    await grant(place.outbox, place.ada, place.org, rob, Role.READER)
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    for who, problem in ((mallory, NotFound), (place.eve, NotFound), (rob, Forbidden)):
        with pytest.raises(problem):
            await place.waiting(who)
        with pytest.raises(NotFound):
            await place.approve(who, waiting.request_uid)
        with pytest.raises(NotFound):
            await place.decline(who, waiting.request_uid)
    for who in (mallory, rob, place.ada):
        with pytest.raises(NotFound):
            await place.withdraw(who, waiting.request_uid)


async def test_declined_it_says_why_and_may_be_asked_again(place: Place) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    declined = await place.decline(place.ada, waiting.request_uid)
    assert (declined.state, declined.note) == (AskState.DECLINED, "Not yet.")
    assert not await place.sees(place.eve)
    with pytest.raises(Conflict, match="declined"):
        await place.withdraw(place.eve, waiting.request_uid)
    assert (await announced_types(place.outbox))[-1] == "access_request_settled"
    await place.ask(place.eve)
    assert len(await place.waiting(place.ada)) == 1


async def test_withdrawn_nobody_answers_it(place: Place) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    await place.withdraw(place.eve, waiting.request_uid)
    assert await place.waiting(place.ada) == []
    with pytest.raises(Conflict, match="withdrawn"):
        await place.approve(place.ada, waiting.request_uid)


async def test_an_expired_request_waits_no_more_and_is_not_answered(place: Place) -> None:
    await place.ask(place.eve)
    (own,) = await place.own(place.eve)
    before = await find_request(place.outbox, own.request_uid)
    assert before is not None
    changes = {"expires_at": now() - timedelta(seconds=2), "version": next_version(before.version)}
    rows = written_request(before.model_copy(update=changes), before=before)
    await place.outbox.commit(*(row for row in rows if not row.sk.startswith("ASKING#")))
    assert [one.state for one in await place.own(place.eve)] == [AskState.EXPIRED]
    assert await place.waiting(place.ada) == []
    with pytest.raises(Conflict, match="expired"):
        await place.approve(place.ada, own.request_uid)


async def test_a_role_got_meanwhile_is_not_overwritten(place: Place) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    await give(place.outbox, place.ada, place.secret, place.eve, Role.WRITER)
    with pytest.raises(Conflict, match="has a role here"):
        await place.approve(place.ada, waiting.request_uid)


async def test_approved_and_declined_at_once_it_has_one_answer(place: Place) -> None:
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    outcomes = await asyncio.gather(
        place.approve(place.ada, waiting.request_uid),
        place.decline(place.ada, waiting.request_uid),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Conflict) for one in outcomes) == 1
    (own,) = await place.own(place.eve)
    assert await place.sees(place.eve) is (own.state is AskState.APPROVED)


async def test_a_right_taken_away_meanwhile_approves_nothing(place: Place) -> None:
    zoe = await person(place.outbox, "zoe")
    await grant(place.outbox, place.ada, place.org, zoe, Role.MAINTAINER)
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    entitled = await principal_of(place.outbox, await fresh(place.outbox, zoe))
    await grant(place.outbox, place.ada, place.org, zoe, Role.READER)
    wanted = ApproveAccessRequest(
        actor=actor_of(zoe), request_uid=waiting.request_uid, role=Role.READER
    )
    with pytest.raises(Conflict):
        await approve_access_request(place.outbox, entitled, wanted, find_repository=place.find)
    assert not await place.sees(place.eve)
    assert [one.state for one in await place.waiting(place.ada)] == [AskState.OPEN]
