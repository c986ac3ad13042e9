"""How much may be asked in a minute, by name; what is left is told in `RateLimit` headers.

draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` has the quota `q` of a window of `w`
seconds, `RateLimit` what remains (`r`) and in how many seconds the window ends (`t`).
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from services.web.security.names import nameless

WINDOW_SECONDS = 60
MOST_NAMES = 50_000


class Standing(NamedTuple):
    """How a caller stands in the present window; `left` below 0: this was one request too many."""

    quota: int
    left: int
    ends_in_seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As the draft has them."""
        return {
            "ratelimit-policy": f'"minute";q={self.quota};w={WINDOW_SECONDS}',
            "ratelimit": f'"minute";r={max(self.left, 0)};t={self.ends_in_seconds}',
        }


class Rate:
    """Counts requests by name; a window begins with the first request that is known of."""

    def __init__(self, most: int, *, key: bytes = b"", names: int = MOST_NAMES) -> None:
        self.most = most
        self.names = names
        self._key = key
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._untold: Counter[str] = Counter()

    def take(self, name: str) -> Standing:
        """Count one request."""
        hidden = nameless(self._key, name)
        self._untold[hidden] += 1
        return self._add(hidden, 1)

    def untold(self) -> dict[str, int]:
        """What was counted here since this was last asked, by what names are called elsewhere."""
        told, self._untold = self._untold, Counter()
        return told

    def hear(self, asked: Mapping[str, int]) -> None:
        """What another process counted."""
        for name, times in asked.items():
            self._add(name, times)

    def _add(self, name: str, times: int) -> Standing:
        now = time.monotonic()
        ends, count = self._windows.get(name, (0.0, 0))
        if ends <= now:
            self._windows.pop(name, None)
            ends, count = now + WINDOW_SECONDS, 0
        self._windows[name] = (ends, count + times)
        if len(self._windows) > self.names:
            self._windows.popitem(last=False)
        return Standing(self.most, self.most - count - times, math.ceil(ends - now))
