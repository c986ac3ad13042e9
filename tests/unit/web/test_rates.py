"""How much one caller may ask in a minute, and what is told of it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from fastapi import FastAPI, Request

from services.web.api.problems import add_problem_handlers
from services.web.api.rates import Rates, count
from services.web.resources import STATE, Resources
from services.web.security import rates, tallies
from services.web.security.rates import WINDOW_SECONDS, Rate
from services.web.security.tallies import Tallies
from services.web.session.visitor import NOBODY

Move = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Let so many seconds pass."""
    now = [1000.0]

    def move(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(rates.time, "monotonic", lambda: now[0])
    return move


def test_each_request_leaves_one_less_until_the_window_ends(later: Move) -> None:
    rate = Rate(2)
    assert [rate.take("ada").left for _ in range(3)] == [1, 0, -1]
    later(WINDOW_SECONDS - 1)
    assert rate.take("ada").ends_in_seconds == 1
    later(1)
    assert rate.take("ada") == (2, 1, WINDOW_SECONDS)


def test_one_caller_uses_up_nothing_of_another() -> None:
    rate = Rate(1)
    assert [rate.take(name).left for name in ("ada", "ada", "eve")] == [0, -1, 0]


class Processes:
    """Of the edge, that tell one another what they are asked."""

    def __init__(self, number: int, most: int) -> None:
        self.rates = [Rate(most, key=b"k") for _ in range(number)]
        self.tallies = [Tallies({"caller": one}, tell=self.tell) for one in self.rates]
        self.said: list[bytes] = []

    async def tell(self, _: str, body: bytes) -> None:
        self.said.append(body)
        for one in self.tallies:
            await one.heard(body)

    async def told(self) -> int:
        """All tell once; how often somebody did."""
        before = len(self.said)
        for one in self.tallies:
            await one.tell()
        return len(self.said) - before


async def test_what_is_asked_of_one_process_is_left_less_at_all() -> None:
    processes = Processes(3, most=10)
    first, second, third = processes.rates
    for _ in range(4):
        first.take("ada")
    second.take("Ada ")
    second.take("eve")
    assert await processes.told() == 2
    assert [one.take("ada").left for one in (first, second, third)] == [4, 4, 4]
    assert third.take("eve").left == 8
    assert not any(b"ada" in one for one in processes.said)


async def test_nothing_is_told_twice_and_of_many_not_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tallies, "AT_ONCE", 2)
    processes = Processes(2, most=10)
    for name in ("ada", "eve", "kim"):
        processes.rates[0].take(name)
    assert [await processes.told() for _ in range(2)] == [2, 0]


def test_the_memory_is_bounded() -> None:
    rate = Rate(1, names=2)
    assert [rate.take(name).left for name in ("ada", "eve", "eva", "ada")] == [0, 0, 0, 0]


def test_what_is_told_is_never_below_nothing() -> None:
    rate = Rate(1)
    rate.take("ada")
    assert rate.take("ada").headers["ratelimit"] == f'"minute";r=0;t={WINDOW_SECONDS}'


def api(most: int) -> FastAPI:
    app = FastAPI()
    add_problem_handlers(app)
    app.add_middleware(Rates)
    edge = SimpleNamespace(
        asked_by_address=Rate(most),
        settings=SimpleNamespace(web=SimpleNamespace(trusted_proxies=())),
    )

    @app.get("/")
    async def read(request: Request) -> str:
        request.scope[STATE] = cast(Resources, edge)
        count(request, NOBODY)
        return "read"

    return app


async def test_one_request_too_many_is_told_when_to_come_again() -> None:
    transport = httpx.ASGITransport(api(1))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/")).headers["ratelimit"].startswith('"minute";r=0;')
        answer = await client.get("/")
    assert answer.status_code == 429
    assert answer.json()["type"] == "urn:coop:problem:too-many-requests"
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW_SECONDS
    assert answer.headers["ratelimit-policy"] == '"minute";q=1;w=60'
