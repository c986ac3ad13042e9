"""Waiting for what others do in their own time: `until` blocks, `eventually` lets the loop run."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")


def until(
    condition: Callable[[], Outcome], *, seconds: float = 10.0, pause: float = 0.02
) -> Outcome:
    """The first answer that is true; an AssertionError with the last one after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {answer!r}"
        time.sleep(pause)


async def eventually(condition: Callable[[], Any], *, seconds: float = 10.0) -> None:
    """Wait until the condition (plain or async) is true; an AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)
