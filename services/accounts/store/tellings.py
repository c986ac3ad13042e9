"""That something is told by mail once in a while, however often it is done anew."""

from contextlib import suppress
from datetime import datetime

from shared.outbox import Outbox
from shared.tables import Absent, AnyOf, Below, ConditionFailed, Delete, Equals, Put

Place = tuple[str, str]


async def claim(
    outbox: Outbox, place: Place, subject: str, moment: datetime, until: datetime
) -> bool:
    """Whether this subject is the one that is told at a place until then.

    It stays so however often it is asked for: a mail is tried again.
    """
    pk, sk = place
    row = {"pk": pk, "sk": sk, "request": subject, "expires_at": int(until.timestamp())}
    is_over = Below("expires_at", int(moment.timestamp()))
    free = AnyOf(Absent(), is_over, Equals("request", subject))
    try:
        await outbox.table.write(Put(row, when=free))
    except ConditionFailed:
        return False
    return True


async def give_back(outbox: Outbox, place: Place, subject: str) -> None:
    """It was not told after all; another may be."""
    with suppress(ConditionFailed):
        await outbox.table.write(Delete(*place, when=Equals("request", subject)))
