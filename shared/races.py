"""Read, change, write on condition: when another change came first, read again."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.tables import ConditionFailed

Outcome = TypeVar("Outcome")
ATTEMPTS = 5


async def until_won(attempt: Callable[[], Awaitable[Outcome]]) -> Outcome:
    """What `attempt` returns once its condition held; raises ConditionFailed after the fifth time.

    `attempt` must read anew what it changes, and check rights again with it.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return await attempt()
        except ConditionFailed:
            continue
    return await attempt()
