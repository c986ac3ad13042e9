"""How much callers ask, counted where they ask and told to the other processes a moment later.

So nothing waits for it; together the processes let through what they take within that moment more
than one would (ADR 0023).
"""

import asyncio
from collections.abc import Mapping
from itertools import islice

import orjson

from services.web.security.guesses import Tell
from services.web.security.rates import Rate
from shared.identifiers import new_uid

ASKED = "coop.live.web.asked"
TELL_SECONDS = 0.25
AT_ONCE = 2000


class Tallies:
    """`of` counts the requests of callers of one kind each."""

    def __init__(self, of: Mapping[str, Rate], *, tell: Tell) -> None:
        self.of = of
        self._tell = tell
        self._process = new_uid()

    async def keep_telling(self) -> None:
        """For as long as the process runs."""
        while True:
            await asyncio.sleep(TELL_SECONDS)
            await self.tell()

    async def tell(self) -> None:
        """What was asked here since the last time."""
        for kind, rate in self.of.items():
            asked = iter(rate.untold().items())
            while part := dict(islice(asked, AT_ONCE)):
                said = {"process": self._process, "kind": kind, "asked": part}
                await self._tell(ASKED, orjson.dumps(said))

    async def heard(self, body: bytes) -> None:
        """What was asked elsewhere."""
        said = orjson.loads(body)
        if said["process"] != self._process:
            self.of[said["kind"]].hear(said["asked"])
