"""What was just looked up, for a moment, and looked up once however many ask at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Memory(Generic[Found]):
    """Results by key for `seconds`; a failure is told to all who wait and then forgotten."""

    def __init__(self, seconds: float, *, entries: int = 10_000) -> None:
        self.seconds = seconds
        self.entries = entries
        self._known: dict[str, tuple[float, asyncio.Future[Found]]] = {}

    async def get(self, key: str, find: Callable[[], Awaitable[Found]]) -> Found:
        """What is known of the key, or what `find` finds."""
        entry = self._known.get(key)
        if entry is None or entry[0] < time.monotonic() or _failed(entry[1]):
            entry = (time.monotonic() + self.seconds, asyncio.ensure_future(find()))
            entry[1].add_done_callback(_seen)
            self._make_room()
            self._known[key] = entry
        # Who asked first may go away; those who wait beside still want to know.
        return await asyncio.shield(entry[1])

    def forget(self, key: str) -> None:
        """The next to ask looks anew."""
        self._known.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()

    def _make_room(self) -> None:
        if len(self._known) < self.entries:
            return
        now = time.monotonic()
        self._known = {key: entry for key, entry in self._known.items() if entry[0] >= now}
        if len(self._known) >= self.entries:
            self._known.clear()


def _seen(future: "asyncio.Future[Found]") -> None:
    """A failure that nobody waits for any more is no news for the log."""
    if not future.cancelled():
        future.exception()


def _failed(future: "asyncio.Future[Found]") -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)
