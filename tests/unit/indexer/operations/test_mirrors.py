"""Tables of items follow changes, late enough that many changes cost one of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.indexer.operations.mirrors import Mirrors
from services.indexer.sandbox.mirroring import Unmirrored
from shared.errors import Unavailable
from shared.runtime import going
from shared.tables import Table
from tests.repository_rows import put_repository, repository_of
from tests.waiting import eventually

LAG = 0.05


class Maker:
    """Knows what was made; does it when it may go on, as it is told to."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.go = asyncio.Event()
        self.go.set()
        self.outcomes: list[bool | Exception] = []

    async def __call__(self, repository_uid: str) -> bool:
        self.made.append(repository_uid)
        await self.go.wait()
        outcome = self.outcomes.pop(0) if self.outcomes else True
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def has_made(self, *uids: str) -> None:
        async def has() -> bool:
            return self.made == list(uids)

        await eventually(has)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
async def mirrors(table: Table, maker: Maker) -> AsyncIterator[Mirrors]:
    """At work."""
    made = Mirrors(table, "http://data", maker, LAG)
    async with going(made.keep):
        yield made


async def test_many_changes_cost_one_and_those_that_come_meanwhile_another(
    mirrors: Mirrors, maker: Maker
) -> None:
    maker.go.clear()
    for _ in range(1000):
        mirrors.mark("a")
    await maker.has_made("a")
    for _ in range(1000):
        mirrors.mark("a")
    maker.go.set()
    await maker.has_made("a", "a")
    await asyncio.sleep(2 * LAG)
    await maker.has_made("a", "a")


@pytest.mark.parametrize("outcome", [False, Unavailable("away")])
async def test_what_could_not_be_made_now_is_made_later(
    mirrors: Mirrors, maker: Maker, outcome: bool | Exception
) -> None:
    maker.outcomes = [outcome, outcome]
    mirrors.mark("a")
    await maker.has_made("a", "a", "a")


async def test_what_cannot_be_made_waits_for_a_change(mirrors: Mirrors, maker: Maker) -> None:
    maker.outcomes = [Unmirrored("too many")]
    mirrors.mark("a")
    await maker.has_made("a")
    mirrors.mark("b")
    await maker.has_made("a", "b")


async def test_it_rests_after_one_that_took_long(table: Table, maker: Maker) -> None:
    mirrors = Mirrors(table, "http://data", maker, LAG)
    mirrors.mark("long")
    maker.go.clear()
    await asyncio.sleep(LAG)
    making = asyncio.create_task(mirrors.make_due())
    await asyncio.sleep(LAG)
    maker.go.set()
    await making
    mirrors.mark("long")
    mirrors.mark("short")
    await asyncio.sleep(LAG)
    await mirrors.make_due()
    assert maker.made == ["long", "short"], "its time has not come"


async def test_a_look_finds_what_was_missed(table: Table, maker: Maker) -> None:
    for name in ("full", "empty"):
        await put_repository(table, repository_of("noaa", name))
    mirrors = Mirrors(table, "http://data", maker, LAG)
    await mirrors.look()
    await asyncio.sleep(LAG)
    await mirrors.make_due()
    assert maker.made == [], "without items there is nothing to be made"
