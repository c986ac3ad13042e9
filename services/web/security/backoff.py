"""Against guessing: who tries again and again has to wait ever longer.

Counted by name in memory, for as long as the longest wait: what is forgotten by a restart buys a
handful of tries. Whether a name is known to anybody makes no difference.
"""

import math
import time
from collections import OrderedDict

from shared.errors import TooManyRequests

MOST_NAMES = 50_000
FIRST_WAIT_SECONDS = 1.0
MOST_DOUBLINGS = 32


class Backoff:
    """`free` tries in a row cost nothing; each further one doubles the wait, up to the longest."""

    def __init__(self, *, free: int, longest_seconds: float, names: int = MOST_NAMES) -> None:
        self.free = free
        self.longest_seconds = longest_seconds
        self.names = names
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def enter(self, name: str) -> None:
        """Count a try before it is made, so that many at once are counted. TooManyRequests."""
        now = time.monotonic()
        count, last = self._tries.get(name, (0, now))
        left = last + self._wait(count) - now
        if left > 0:
            raise too_many(left)
        if now - last > self.longest_seconds:
            count = 0
        self._tries[name] = (count + 1, now)
        self._tries.move_to_end(name)
        if len(self._tries) > self.names:
            self._tries.popitem(last=False)

    def succeed(self, name: str) -> None:
        """Whoever knows the secret begins anew."""
        self._tries.pop(name, None)

    def undo(self, name: str, tries: int = 1) -> None:
        """The last tries were none."""
        count, last = self._tries.get(name, (0, 0.0))
        if count:
            self._tries[name] = (max(count - tries, 0), last)

    def _wait(self, count: int) -> float:
        over = count - self.free
        if over < 0:
            return 0.0
        return min(FIRST_WAIT_SECONDS * 2.0 ** min(over, MOST_DOUBLINGS), self.longest_seconds)


def too_many(seconds: float) -> TooManyRequests:
    """Told in whole seconds (RFC 9110 §10.2.3)."""
    wait = math.ceil(seconds)
    said = "a second" if wait == 1 else f"{wait} seconds" if wait < 120 else f"{wait // 60} minutes"
    return TooManyRequests(
        f"There were too many tries. Wait {said}, then try again.", retry_after_seconds=wait
    )
