"""Read, change, write on condition: when another change came first, read again, or give up."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.contracts.base import Snapshot
from shared.errors import Outdated
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


def demand_version(thing: Snapshot | None, version: int | None) -> None:
    """Raises Outdated where a change is meant for another version than there is; None: for any."""
    if version is not None and (thing is None or thing.version != version):
        raise Outdated("It was changed meanwhile; look at it again first.")
