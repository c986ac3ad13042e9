"""Requests for access hold on every engine, also when many ask and answer at once."""

import asyncio
from datetime import timedelta

from services.accounts.models import AskRecord
from services.accounts.store.access_requests import (
    claim_telling,
    find_request,
    give_telling_back,
    open_places,
    page_of_own,
)
from services.accounts.store.memberships import find_membership, place_key
from shared.contracts.accounts import AskState, Role
from shared.contracts.base import Listed, now
from shared.outbox import Outbox
from tests.contract.records.test_accounts import winners
from tests.people import organization, person
from tests.unit.accounts.test_access_requests import Place


async def place_in(accounts: Outbox) -> Place:
    """Somebody outside of an organization with a restricted repository."""
    ada, eve = await person(accounts, "ada"), await person(accounts, "eve")
    return Place(accounts, ada, eve, await organization(accounts, "noaa", ada))


async def test_asked_many_times_at_once_it_is_one_request(accounts: Outbox) -> None:
    place = await place_in(accounts)
    await asyncio.gather(*(place.ask(place.eve) for _ in range(4)))
    (waiting,) = await place.waiting(place.ada)
    records, cursor = await page_of_own(accounts, place.eve.account_uid, Listed())
    assert [one.request_uid for one in records] == [waiting.request_uid]
    assert cursor is None
    assert await open_places(accounts, place.eve.account_uid, limit=9) == {"noaa/secret"}


async def test_answered_many_times_at_once_one_answer_counts(accounts: Outbox) -> None:
    place = await place_in(accounts)
    await place.ask(place.eve)
    (waiting,) = await place.waiting(place.ada)
    uid, until = waiting.request_uid, now() + timedelta(days=1)
    answers = (
        *(place.approve(place.ada, uid, Role.WRITER, until) for _ in range(3)),
        place.decline(place.ada, uid),
        place.withdraw(place.eve, uid),
    )
    assert await winners(*answers) == 1
    record = await find_request(accounts, uid)
    assert record is not None
    key = place_key("", place.secret.repository_uid)
    held = await find_membership(accounts, key, place.eve.account_uid)
    assert (held is not None) == (record.state is AskState.APPROVED)
    assert held is None or (held.role, held.until) == (Role.WRITER, until)
    assert await place.waiting(place.ada) == []
    assert await open_places(accounts, place.eve.account_uid, limit=9) == set()


async def test_what_is_asked_for_is_listed_page_by_page_newest_first(accounts: Outbox) -> None:
    place = await place_in(accounts)
    for name in ("a", "b", "c"):
        await place.ask(place.eve, name)
    uid = place.eve.account_uid
    first, cursor = await page_of_own(accounts, uid, Listed(limit=2))
    rest, end = await page_of_own(accounts, uid, Listed(limit=2, cursor=cursor))
    assert [one.repository_id for one in (*first, *rest)] == ["c", "b", "a"]
    assert end is None


def asked_for(uid: str, asker_uid: str = "eve") -> AskRecord:
    moment = now()
    return AskRecord(
        request_uid=uid,
        account_id="noaa",
        repository_id="secret",
        asker_uid=asker_uid,
        asker_id=asker_uid,
        created_at=moment,
        expires_at=moment + timedelta(days=30),
        repository_uid="secret",
        version=1,
    )


async def test_one_request_of_an_asker_is_told_at_a_repository_in_a_time(accounts: Outbox) -> None:
    moment, day = now(), timedelta(days=1)
    requests = [asked_for(str(number)) for number in range(4)]
    claims = [claim_telling(accounts, one, moment, moment + day) for one in requests]
    told = await asyncio.gather(*claims)
    assert sorted(told) == [False, False, False, True]
    first = requests[told.index(True)]
    other = requests[told.index(False)]
    assert await claim_telling(accounts, first, moment, moment + day), "its mail is tried again"
    assert await claim_telling(accounts, asked_for("0", "kim"), moment, moment + day)
    await give_telling_back(accounts, other)
    assert not await claim_telling(accounts, other, moment, moment + day)
    await give_telling_back(accounts, first)
    assert await claim_telling(accounts, other, moment, moment + day)


async def test_a_day_later_it_is_told_again(accounts: Outbox) -> None:
    moment, day = now(), timedelta(days=1)
    assert await claim_telling(accounts, asked_for("1"), moment, moment + day)
    soon, later = moment + day - timedelta(minutes=1), moment + day + timedelta(minutes=1)
    assert not await claim_telling(accounts, asked_for("2"), soon, soon + day)
    assert await claim_telling(accounts, asked_for("2"), later, later + day)
