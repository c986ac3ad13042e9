"""Records that nobody outside sees."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from services.repositories.settings import Limits
from shared.contracts.base import now
from shared.contracts.repositories import Connection, SealedConnection, ShareLink


class Name(BaseModel):
    """Which repository a name leads to, today's or a former one.

    `rests_until` is in seconds since 1970, and absent while the repository goes by this name.
    """

    account_uid: str
    repository_id: str
    repository_uid: str
    rests_until: int | None = None


class LinkRecord(ShareLink):
    """A share link as it is kept; `uses` and `last_used_at` are kept beside it."""

    secret_hash: str = Field(default="", repr=False)

    def shown(self) -> ShareLink:
        """Without what it is checked by."""
        return ShareLink(**self.model_dump(include=set(ShareLink.model_fields)))


class ConnectionRecord(Connection):
    """A data connection as it is kept."""

    sealed_credentials: str = Field(default="", repr=False)

    def shown(self) -> Connection:
        """Without what its bucket is read by."""
        return Connection(**self.model_dump(include=set(Connection.model_fields)))

    def sealed(self) -> SealedConnection:
        """As storage reads its bucket."""
        return SealedConnection(**self.model_dump(include=set(SealedConnection.model_fields)))


@dataclass(frozen=True)
class Rules:
    """What holds here: limits, how long things last, and what time it is."""

    limits: Limits = field(default_factory=Limits)
    name_rest: timedelta = timedelta(days=90)
    undelete_for: timedelta = timedelta(days=30)
    offer_for: timedelta = timedelta(days=14)
    share_for: timedelta = timedelta(days=7)
    share_longest: timedelta = timedelta(days=90)
    open_links: int = 100
    private_connections: bool = False
    clock: Callable[[], datetime] = now

    def seconds(self, after: timedelta = timedelta()) -> int:
        """A moment so long after now, in seconds since 1970."""
        return int((self.clock() + after).timestamp())
