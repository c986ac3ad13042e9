"""Of what is slow each caller gets a little at once, whatever others wait for."""

import asyncio

import pytest

from services.web.security.turns import Turns
from shared.errors import TooManyRequests


async def test_one_caller_waits_for_himself_and_not_for_others() -> None:
    turns, go, begun = Turns(at_once=2, most=3), asyncio.Event(), list[str]()

    async def slow(name: str) -> None:
        async with turns.turn(name):
            begun.append(name)
            await go.wait()

    asked = [asyncio.create_task(slow(name)) for name in ("ada", "ada", "ada", "eve")]
    await asyncio.sleep(0)
    assert begun == ["ada", "ada", "eve"]
    with pytest.raises(TooManyRequests):
        await slow("ada")
    go.set()
    await asyncio.gather(*asked)
    assert begun == ["ada", "ada", "eve", "ada"]
    assert turns._lines == {}


async def test_who_leaves_the_line_makes_room() -> None:
    turns = Turns(at_once=1, most=2)

    async def wait() -> None:
        async with turns.turn("ada"):
            pass

    async with turns.turn("ada"):
        gone = asyncio.create_task(wait())
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        again = asyncio.create_task(wait())
    await again
    assert turns._lines == {}
