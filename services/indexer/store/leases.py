"""Who adds up an edition: one process at a time, so that none works in vain.

Sums would be right without it, since a change can be taken only once.
"""

import time
from contextlib import suppress

from services.indexer.models.editions import Edition
from services.indexer.store.layout import ONLY
from shared.tables import Absent, AnyOf, Below, ConditionFailed, Delete, Equals, Put, Table

LEASE_SECONDS = 3.0


async def take_lease(table: Table, edition: Edition, holder: str) -> bool:
    """Whether this holder may go on for LEASE_SECONDS."""
    moment = time.time()
    lease = {
        "pk": f"LEASE#{edition}",
        "sk": ONLY,
        "holder": holder,
        "until": moment + LEASE_SECONDS,
        "expires_at": int(moment) + 3600,
    }
    free = AnyOf(Absent(), Below("until", moment), Equals("holder", holder))
    try:
        await table.write(Put(lease, when=free))
    except ConditionFailed:
        return False
    return True


async def give_up_lease(table: Table, edition: Edition, holder: str) -> None:
    """Let others go on at once."""
    with suppress(ConditionFailed):
        await table.write(Delete(f"LEASE#{edition}", ONLY, when=Equals("holder", holder)))
