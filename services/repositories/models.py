"""Records that nobody outside sees."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel

from services.repositories.settings import Limits
from shared.contracts.base import now


class Name(BaseModel):
    """Which repository a name leads to, today's or a former one.

    `rests_until` is in seconds since 1970, and absent while the repository goes by this name.
    """

    account_uid: str
    repository_id: str
    repository_uid: str
    rests_until: int | None = None


@dataclass(frozen=True)
class Rules:
    """What holds here: limits, how long things last, and what time it is."""

    limits: Limits = field(default_factory=Limits)
    name_rest: timedelta = timedelta(days=90)
    undelete_for: timedelta = timedelta(days=30)
    offer_for: timedelta = timedelta(days=14)
    clock: Callable[[], datetime] = now

    def seconds(self, after: timedelta = timedelta()) -> int:
        """A moment so long after now, in seconds since 1970."""
        return int((self.clock() + after).timestamp())
