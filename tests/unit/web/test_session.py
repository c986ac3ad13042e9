"""Who visits is remembered for a moment, once for all who ask; a form sent twice is done once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from services.web.session.memory import Memory
from services.web.session.once import Once
from services.web.session.sessions import Sessions
from services.web.session.visitor import NOBODY, UNKNOWN, Identity, Visitor
from shared.bus import Bus
from shared.contracts.accounts import Account, GetAccountByIdentity
from shared.contracts.base import ANONYMOUS, now
from shared.kratos import Kratos, Session
from shared.policy import ANONYMOUS_PRINCIPAL
from tests.waiting import eventually

ADA = Account(account_uid="01A", account_id="ada", kind="individual", name="Ada", created_at=now())
BOTH = 2
HERE = "POST /-/new"


class Owners:
    """Kratos and accounts: they know whose a session is, and whose account an identity has.

    `both`: each answers only once the other was asked too.
    """

    def __init__(self) -> None:
        self.identity_id = "i-ada"
        self.both = False
        self.asked: list[str] = []

    async def whoami(self, cookie: str) -> Session:
        await self._asked(cookie)
        return Session(self.identity_id)

    async def request(self, wanted: GetAccountByIdentity) -> Account:
        await self._asked(wanted.identity_id)
        return ADA.model_copy(update={"account_id": wanted.identity_id})

    async def _asked(self, what: str) -> None:
        self.asked.append(what)
        await eventually(lambda: not self.both or len(self.asked) == BOTH)


async def seen(sessions: Sessions, owners: Owners) -> tuple[str, list[str]]:
    """Who comes with the session when it is looked up anew, and what was asked for that."""
    owners.asked.clear()
    sessions.forget("c")
    visitor = await sessions.visitor("c")
    assert visitor.account is not None
    return visitor.account.account_id, owners.asked


async def test_of_a_session_that_was_seen_before_both_owners_are_asked_at_once() -> None:
    owners = Owners()
    sessions = Sessions(cast(Bus, owners), cast(Kratos, owners))
    assert await seen(sessions, owners) == ("i-ada", ["c", "i-ada"])
    owners.both = True
    assert await seen(sessions, owners) == ("i-ada", ["c", "i-ada"])


async def test_a_session_that_is_another_s_now_is_not_taken_for_the_one_before() -> None:
    owners = Owners()
    sessions = Sessions(cast(Bus, owners), cast(Kratos, owners))
    await seen(sessions, owners)
    owners.identity_id = "i-eve"
    assert await seen(sessions, owners) == ("i-eve", ["c", "i-ada", "i-eve"])
    assert await seen(sessions, owners) == ("i-eve", ["c", "i-eve"])


class Counting:
    """Finds something, and counts how often it was asked to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.times = 0
        self.fails = fails

    async def __call__(self) -> int:
        self.times += 1
        await asyncio.sleep(0)
        if self.fails:
            raise LookupError
        return self.times


async def test_what_is_known_is_not_looked_up_again() -> None:
    memory: Memory[int] = Memory(60)
    find = Counting()
    assert [await memory.get("a", find) for _ in range(3)] == [1, 1, 1]


async def test_all_who_ask_at_once_wait_for_one_answer() -> None:
    memory: Memory[int] = Memory(60)
    find = Counting()
    assert await asyncio.gather(*(memory.get("a", find) for _ in range(50))) == [1] * 50


async def test_it_is_forgotten_in_time() -> None:
    memory: Memory[int] = Memory(0.01)
    find = Counting()
    await memory.get("a", find)
    await asyncio.sleep(0.02)
    assert await memory.get("a", find) == 2


async def test_it_can_be_forgotten_at_once() -> None:
    memory: Memory[int] = Memory(60)
    find = Counting()
    await memory.get("a", find)
    memory.forget("a")
    memory.forget("never known")
    assert await memory.get("a", find) == 2


async def test_a_failure_is_told_to_all_and_not_remembered() -> None:
    memory: Memory[int] = Memory(60)
    find = Counting(fails=True)
    told = await asyncio.gather(*(memory.get("a", find) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [LookupError] * 3
    find.fails = False
    assert await memory.get("a", find) == 2


async def test_who_gives_up_does_not_stop_the_others() -> None:
    memory: Memory[int] = Memory(60)
    go = asyncio.Event()

    async def find() -> int:
        await go.wait()
        return 7

    first = asyncio.create_task(memory.get("a", find))
    second = asyncio.create_task(memory.get("a", find))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert await second == 7
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_it_never_holds_more_than_its_share() -> None:
    memory: Memory[int] = Memory(60, entries=10)
    find = Counting()
    for number in range(100):
        await memory.get(str(number), find)
    assert len(memory._known) <= 10


async def test_a_form_sent_twice_is_done_once() -> None:
    once, done = Once(), []

    async def do() -> Response:
        done.append(1)
        await asyncio.sleep(0)
        return RedirectResponse("/there", 303)

    form = {"csrf_token": "t1", "title": "Mask"}
    answers = await asyncio.gather(once.answer(HERE, form, do), once.answer(HERE, dict(form), do))
    assert len(done) == 1
    assert {one.headers["location"] for one in answers} == {"/there"}


async def test_a_form_changed_after_going_back_is_another() -> None:
    once, done = Once(), []

    async def do() -> Response:
        done.append(1)
        return RedirectResponse("/there", 303)

    await once.answer(HERE, {"csrf_token": "t1", "title": "Mask"}, do)
    await once.answer(HERE, {"csrf_token": "t1", "title": "Masks"}, do)
    await once.answer(HERE, {"csrf_token": "t2", "title": "Mask"}, do)
    assert len(done) == 3


async def test_the_same_fields_sent_elsewhere_are_another_form() -> None:
    once = Once()

    def doing(address: str) -> Callable[[], Awaitable[Response]]:
        async def do() -> Response:
            return RedirectResponse(address, 303)

        return do

    form = {"csrf_token": "t1", "reason": ""}
    places = ("/-/ada/one/settings", "/-/ada/two/settings")
    answers = [await once.answer(f"POST {one}", form, doing(one)) for one in places]
    assert [one.headers["location"] for one in answers] == list(places)


async def test_a_refusal_may_be_tried_again() -> None:
    once, done = Once(), []

    async def do() -> Response:
        done.append(1)
        return PlainTextResponse("no", 400)

    await once.answer(HERE, {"csrf_token": "t"}, do)
    await once.answer(HERE, {"csrf_token": "t"}, do)
    assert len(done) == 2


def test_a_visitor_acts_as_its_account() -> None:
    visitor = Visitor(ADA, Identity("kratos-id", "ada@example.org"), access_key_id="K")
    assert visitor.actor.account_uid == "01A"
    assert visitor.actor.access_key_id == "K"
    assert visitor.principal.account_uid == "01A"


@pytest.mark.parametrize("visitor", [NOBODY, UNKNOWN, Visitor(identity=Identity("k"))])
def test_without_an_account_everybody_is_anonymous(visitor: Visitor) -> None:
    assert visitor.actor == ANONYMOUS
    assert visitor.principal == ANONYMOUS_PRINCIPAL


def test_no_identity_goes_over_the_bus() -> None:
    visitor = Visitor(ADA, Identity("kratos-id"))
    assert "kratos-id" not in visitor.actor.model_dump_json()
