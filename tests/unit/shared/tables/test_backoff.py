"""Trying again, and knowing when to stop."""

import pytest

from shared.errors import Invalid, Unavailable
from shared.tables.backoff import ATTEMPTS, Busy, retried


class Attempts:
    """Busy so many times, then an answer."""

    def __init__(self, busy: int) -> None:
        self.busy = busy
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.made <= self.busy:
            raise Busy
        return "done"


async def test_busy_is_tried_again() -> None:
    attempts = Attempts(3)
    assert await retried(attempts, 0.0001) == "done"
    assert attempts.made == 4


async def test_there_is_an_end_to_it() -> None:
    attempts = Attempts(1000)
    with pytest.raises(Unavailable):
        await retried(attempts, 0.0001)
    assert attempts.made == ATTEMPTS


async def test_another_error_is_not_tried_again() -> None:
    async def refuse() -> None:
        raise Invalid("no")

    with pytest.raises(Invalid):
        await retried(refuse)
