"""How much may be asked in a minute, by name; what is left is told in `RateLimit` headers.

draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` has the quota `q` of a window of `w`
seconds, `RateLimit` what remains (`r`) and in how many seconds the window ends (`t`).
"""

import math
import time
from collections import OrderedDict
from typing import NamedTuple

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
    """Counts requests by name; a window begins with its first request. In this process's memory."""

    def __init__(self, most: int, *, names: int = MOST_NAMES) -> None:
        self.most = most
        self.names = names
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, name: str) -> Standing:
        """Count one request."""
        now = time.monotonic()
        ends, count = self._windows.get(name, (0.0, 0))
        if ends <= now:
            self._windows.pop(name, None)
            ends, count = now + WINDOW_SECONDS, 0
        self._windows[name] = (ends, count + 1)
        if len(self._windows) > self.names:
            self._windows.popitem(last=False)
        return Standing(self.most, self.most - count - 1, math.ceil(ends - now))
