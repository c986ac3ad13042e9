"""Two processes of the edge count together what is tried and what is asked, over a real bus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.web.security import backoff
from services.web.security.backoff import Backoff
from services.web.security.guesses import GUESSED, Guesses
from services.web.security.rates import Rate
from services.web.security.tallies import ASKED, Tallies
from shared.bus import Bus
from shared.errors import TooManyRequests
from tests.nats_server import connected, running
from tests.waiting import eventually

FREE, MOST, KEY = 5, 100, b"k" * 32


class Process:
    """What one process counts."""

    def __init__(self, bus: Bus) -> None:
        self.rate = Rate(MOST, key=KEY)
        self.tallies = Tallies({"caller": self.rate}, tell=bus.tell)
        by = {"account": Backoff(free=FREE, longest_seconds=60)}
        self.guesses = Guesses(by, key=KEY, tell=bus.tell)
        bus.overhear(GUESSED, self.guesses.heard)
        bus.overhear(ASKED, self.tallies.heard)

    async def guess(self) -> bool:
        """Whether one more is let through."""
        try:
            await self.guesses.enter(account="ada")
        except TooManyRequests:
            return False
        return True


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[list[Process]]:
    async with running(tmp_path) as server, AsyncExitStack() as stack:
        buses = [server.bus("web") for _ in range(2)]
        found = [Process(bus) for bus in buses]
        for bus in buses:
            await stack.enter_async_context(connected(bus))
        yield found


async def test_tries_in_turns_are_counted_as_one_row(
    processes: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the tries may take longer than the first wait, and one more is right.
    monkeypatch.setattr(backoff, "time", SimpleNamespace(monotonic=lambda: 0.0))
    told = [await processes[number % 2].guess() for number in range(2 * FREE)]
    assert told == [True] * FREE + [False] * FREE


async def test_tries_at_once_are_no_more_for_a_second_process(processes: list[Process]) -> None:
    told = await asyncio.gather(*(one.guess() for one in processes for _ in range(20)))
    # The server may tell two that come within microseconds to each in another order.
    assert FREE <= sum(told) <= FREE + len(processes) - 1


async def test_what_is_asked_of_one_is_known_to_the_other(processes: list[Process]) -> None:
    first, second = processes
    for _ in range(MOST // 2):
        first.rate.take("ada")
    await first.tallies.tell()
    await eventually(lambda: second.rate.take("ada").left < MOST // 2, seconds=0.5)
