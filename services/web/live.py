"""Who watches which repository at this moment, and what changed there since they last looked."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.errors import TooManyRequests, Unavailable

Place = tuple[str, str]
MayRead = Callable[[str], bool]
# More keys than this in one go are told as "much has changed".
KEYS_TOLD = 50
# So many changes of all repositories are remembered for pages that begin to listen.
REMEMBERED = 10_000


class Change(NamedTuple):
    """An object that changed, and when this process heard of it (seconds since 1970)."""

    at: float
    place: Place
    key: str


@dataclass(eq=False)
class Watcher:
    """One open page; of keys that it may not read it hears nothing.

    `doubt` is set when what its visitor may see could have changed.
    """

    account_uid: str
    may_read: MayRead
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    keys: set[str] = field(default_factory=set)
    has_changed: bool = False
    much: bool = False
    doubt: bool = False

    def hear(self, key: str) -> None:
        """An object changed; nothing, if it may not be read."""
        if not self.may_read(key):
            return
        if len(self.keys) <= KEYS_TOLD:
            self.keys.add(key)
        self._wake()

    def hear_of_much(self) -> None:
        """Nobody can say any more what changed."""
        self.much = True
        self._wake()

    def _wake(self) -> None:
        self.has_changed = True
        self.woken.set()

    def take(self) -> list[str] | None:
        """The keys that changed since the last time (none: too many to tell); None for nothing."""
        self.woken.clear()
        if not self.has_changed:
            return None
        keys = [] if self.much or len(self.keys) > KEYS_TOLD else sorted(self.keys)
        self.keys, self.has_changed, self.much = set(), False, False
        return keys


class Live:
    """Every watcher of this process."""

    def __init__(self, *, connections: int, per_address: int) -> None:
        self.connections = connections
        self.per_address = per_address
        self.watchers: dict[Place, set[Watcher]] = {}
        self.addresses: Counter[str] = Counter()
        self.closing = False
        self.recent: deque[Change] = deque(maxlen=REMEMBERED)
        self.remembers_since = time.time()

    @contextmanager
    def watching(
        self, place: Place, address: str, account_uid: str, may_read: MayRead
    ) -> Iterator[Watcher]:
        """A watcher for as long as it is entered; Unavailable, TooManyRequests over the limits."""
        if self.closing or self.addresses.total() >= self.connections:
            raise Unavailable("No more pages can be watched at the moment; try again later.")
        if self.addresses[address] >= self.per_address:
            raise TooManyRequests("Too many pages are being watched from your address.")
        self.addresses[address] += 1
        try:
            with self.expecting(place, Watcher(account_uid, may_read)) as watcher:
                yield watcher
        finally:
            self.addresses -= Counter([address])

    @contextmanager
    def expecting(self, place: Place, watcher: Watcher) -> Iterator[Watcher]:
        """The same for a request of a moment, which no limit needs to bound."""
        self.watchers.setdefault(place, set()).add(watcher)
        try:
            yield watcher
        finally:
            self.watchers[place].discard(watcher)
            if not self.watchers[place]:
                del self.watchers[place]

    def tell(self, place: Place, key: str) -> None:
        """An object of this repository changed."""
        if len(self.recent) == REMEMBERED:
            self.remembers_since = self.recent[0].at
        self.recent.append(Change(time.time(), place, key))
        for watcher in self.watchers.get(place, ()):
            watcher.hear(key)

    def catch_up(self, place: Place, watcher: Watcher, since: float) -> None:
        """Tell a new watcher what changed since its page was made, in seconds since 1970."""
        if since <= self.remembers_since:
            watcher.hear_of_much()
        for change in reversed(self.recent):
            if change.at < since:
                break
            if change.place == place:
                watcher.hear(change.key)

    def doubt_place(self, place: Place) -> None:
        """Who may see this repository may have changed."""
        for watcher in self.watchers.get(place, ()):
            watcher.doubt = True
            watcher.woken.set()

    def doubt_account(self, account_uid: str) -> None:
        """What this account may see may have changed."""
        for watchers in self.watchers.values():
            for watcher in watchers:
                if watcher.account_uid == account_uid:
                    watcher.doubt = True
                    watcher.woken.set()

    def close(self) -> None:
        """Let every stream end."""
        self.closing = True
        for watchers in self.watchers.values():
            for watcher in watchers:
                watcher.woken.set()
