"""Tries counted by many processes together: each is heard of by all, and before it is made."""

import asyncio
from collections.abc import Awaitable

import pytest

from services.web.security import guesses
from services.web.security.backoff import Backoff
from services.web.security.guesses import Guesses
from shared.errors import TooManyRequests, Unavailable

FREE = 3
KEY = b"k" * 32


class Edge:
    """Processes that hear one another, in the order of telling, as by a bus."""

    def __init__(self, processes: int) -> None:
        self.said: list[bytes] = []
        self.all = [self.process() for _ in range(processes)]

    def process(self) -> Guesses:
        by = {
            "account": Backoff(free=FREE, longest_seconds=60),
            "address": Backoff(free=100, longest_seconds=60),
        }
        return Guesses(by, key=KEY, tell=self.tell)

    async def tell(self, _: str, body: bytes) -> None:
        self.said.append(body)
        for one in self.all:
            await one.heard(body)


async def outcomes(*tries: Awaitable[None]) -> list[type | None]:
    told = await asyncio.gather(*tries, return_exceptions=True)
    return [type(one) if one is not None else None for one in told]


async def test_many_at_once_in_many_processes_are_as_many_as_in_one() -> None:
    edge = Edge(4)
    told = await outcomes(*(one.enter(account="ada") for one in edge.all * 3))
    assert told.count(None) == FREE
    assert told.count(TooManyRequests) == len(told) - FREE


async def test_what_a_later_release_counts_beside_is_left_out() -> None:
    (one,) = (edge := Edge(1)).all
    told = b'{"do":"succeed","names":{"device":"x"}}'
    await edge.tell("", told)
    assert await outcomes(one.enter(account="ada")) == [None]


async def test_what_one_process_takes_back_is_taken_back_everywhere() -> None:
    first, second = (edge := Edge(2)).all
    for _ in range(FREE):
        await first.enter(account="ada", address="9.9.9.9")
    await second.undo(account="ada")
    await first.enter(account="ada")
    await first.succeed(account="ada")
    assert await outcomes(*(second.enter(account="ada") for _ in range(FREE))) == [None] * FREE
    assert b"ada" not in b"".join(edge.said)
    assert b"9.9.9.9" not in b"".join(edge.said)


async def test_a_name_is_one_however_it_is_written() -> None:
    (one,) = Edge(1).all
    for name in ("Ida@example.org", " ida@EXAMPLE.org", "ida@example.org"):
        await one.enter(account=name)
    # Kratos takes a dotted capital I for an i, as Go does.
    for name in ("IDA@example.org ", "\u0130da@example.org"):
        with pytest.raises(TooManyRequests):
            await one.enter(account=name)
    await one.enter(account="eve@example.org")


async def test_what_is_refused_under_one_name_is_counted_under_none() -> None:
    (one,) = Edge(1).all
    told = await outcomes(*(one.enter(address="9.9.9.9", account="ada") for _ in range(100)))
    assert told.count(None) == FREE
    assert await outcomes(*(one.enter(address="9.9.9.9") for _ in range(98))) == [None] * 97 + [
        TooManyRequests
    ]


async def test_who_goes_on_under_another_name_is_counted_as_before_everywhere() -> None:
    first, second = Edge(2).all
    await first.enter(account="ada")
    await first.join("session", account=" Ada ")
    told = await outcomes(*(second.enter(account="session") for _ in range(FREE)))
    assert told.count(None) == FREE - 1
    with pytest.raises(TooManyRequests):
        await first.enter(account="ada")
    await second.succeed(account="session")
    await first.enter(account="ada")


async def deaf(_: str, __: bytes) -> None:
    """The bus is away."""


async def test_who_hears_nothing_lets_nobody_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "HEARD_SECONDS", 0.01)
    one = Guesses({"account": Backoff(free=FREE, longest_seconds=60)}, key=KEY, tell=deaf)
    with pytest.raises(Unavailable):
        await one.enter(account="ada")
    await one.succeed(account="ada")
    await one.undo(account="ada")


async def test_what_only_a_later_release_says_is_passed_over() -> None:
    (one,) = Edge(1).all
    await one.heard(b'{"do":"dream","names":{"account":"ada"}}')
    await one.enter(account="ada")
