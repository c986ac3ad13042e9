"""Waiting for what others do in their own time, in tests that are not async."""

import time
from collections.abc import Callable
from typing import TypeVar

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
