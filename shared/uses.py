"""What was used: counted in memory, told to its owner now and then."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Protocol

from shared.bus import Bus
from shared.contracts.accounts import NoteKeyUse
from shared.contracts.base import Actor, Done, Request
from shared.contracts.repositories import NoteLinkUse
from shared.errors import Problem
from shared.runtime import going

TELL_SECONDS = 30.0
AT_ONCE = 1000


class Telling(Protocol):
    """Makes the request by which an owner is told how often each of its things was used."""

    def __call__(self, asker: Actor, used: Mapping[str, int], /) -> Request[Done]:
        """The request."""
        ...


def of_keys(asker: Actor, used: Mapping[str, int], /) -> Request[Done]:
    """Accounts keeps when a key was last used, and not how often."""
    return NoteKeyUse(actor=asker, used=dict.fromkeys(used, datetime.now(UTC)))


def of_links(asker: Actor, used: Mapping[str, int], /) -> Request[Done]:
    """Repositories counts the uses of share links."""
    return NoteLinkUse(actor=asker, used=dict(used), at=datetime.now(UTC))


class Uses:
    """Things by their ids that were used since their owner was last told."""

    def __init__(self, request: Telling = of_keys) -> None:
        self._request = request
        self._used: Counter[str] = Counter()

    def note(self, thing_id: str) -> None:
        """It was used just now; for every request, so nothing is done but this."""
        self._used[thing_id] += 1

    async def tell(self, bus: Bus) -> None:
        """Tell the owner. What it could not be told is told the next time."""
        told = dict(sorted(self._used.items())[:AT_ONCE])
        if not told:
            return
        self._used -= Counter(told)
        try:
            await bus.request(self._request(Actor(kind="service", service=bus.service), told))
        except Problem:
            self._used.update(told)


def telling(
    *all_uses: Uses, bus: Bus, seconds: float = TELL_SECONDS
) -> AbstractAsyncContextManager[None]:
    """Tell of them every so many seconds."""

    async def keep_telling() -> None:
        while True:
            await asyncio.sleep(seconds)
            for uses in all_uses:
                await uses.tell(bus)

    return going(keep_telling)
