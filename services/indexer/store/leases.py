"""Who adds up an edition, or makes a table of items: one process at a time.

All would be right without it, only more than one might work in vain.
"""

import time
from contextlib import suppress

from services.indexer.store.layout import ONLY
from shared.tables import Absent, AnyOf, Below, ConditionFailed, Delete, Equals, Put, Table

LEASE_SECONDS = 3.0


async def take_lease(table: Table, what: object, holder: str) -> bool:
    """Whether this holder may go on for LEASE_SECONDS; `what` is named by its text."""
    moment = time.time()
    lease = {
        "pk": f"LEASE#{what}",
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


async def give_up_lease(table: Table, what: object, holder: str) -> None:
    """Let others go on at once."""
    with suppress(ConditionFailed):
        await table.write(Delete(f"LEASE#{what}", ONLY, when=Equals("holder", holder)))
