"""Objects of connected buckets that are others than were listed, as their readers came across."""

import asyncio
from dataclasses import dataclass, field

from shared.contracts.repositories import Repository

EACH = 100


@dataclass(slots=True)
class Stale:
    """Keys that wait to be looked at anew, each once, by the accounts whose buckets they are in."""

    rung: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: "dict[str, dict[tuple[str, str], Repository]]" = field(default_factory=dict)

    def add(self, repository: Repository, key: str) -> None:
        """It waits too; forgotten where as many of its account do as may."""
        waiting = self._waiting.setdefault(repository.account_uid, {})
        if len(waiting) < EACH:
            waiting.setdefault((repository.repository_uid, key), repository)
            self.rung.set()

    def accounts(self) -> set[str]:
        """Those of which any waits."""
        return set(self._waiting)

    def first(self, account_uid: str) -> tuple[Repository, str] | None:
        """Which of them waits longest; until it is `done` it still does, and is not added anew."""
        for (_, key), repository in self._waiting.get(account_uid, {}).items():
            return repository, key
        return None

    def done(self, repository: Repository, key: str) -> None:
        """It was looked at, whatever came of it."""
        waiting = self._waiting[repository.account_uid]
        del waiting[repository.repository_uid, key]
        if not waiting:
            del self._waiting[repository.account_uid]
