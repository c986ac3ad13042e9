"""The bus of a running platform, asked from plain functions with the admin's rights."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from shared.bus import Bus
from shared.contracts.base import Reply, Request
from shared.keyfile import load_key_file, nats_seed
from shared.topology import ADMIN
from tests.embedded import Embedded

Outcome = TypeVar("Outcome")


class Asking:
    """A loop of its own in a thread, and the bus in it."""

    def __init__(self, platform: Embedded) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        seed = nats_seed(load_key_file(platform.home), ADMIN)
        self.bus = Bus(platform.ready["nats"], service=ADMIN, seed=seed)

    def ask(self, wanted: Request[Reply]) -> Reply:
        """Ask in whatever name the request bears."""
        return self.wait(self.bus.request(wanted, timeout=10))

    def wait(self, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        """Run it in that loop, beside the test."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def open(self) -> None:
        """Connect."""
        self._thread.start()
        self.wait(self._connect())

    def close(self) -> None:
        """Leave."""
        self.wait(self.bus.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _connect(self) -> None:
        self.bus.start()
        await asyncio.wait_for(self.bus.started.wait(), 10)


@contextmanager
def asking(platform: Embedded) -> Iterator[Asking]:
    """Connected while entered."""
    one = Asking(platform)
    one.open()
    try:
        yield one
    finally:
        with suppress(TimeoutError):
            one.close()
