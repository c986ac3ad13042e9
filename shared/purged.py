"""That a repository is gone, remembered for a day in the table of who forgets it.

Who had begun to write of it before must not end after: nobody would look again.
"""

import time

from shared.tables import Absent, Check, Put, Table

PURGED = "PURGED"
PURGED_SECONDS = 24 * 3600


def put_purged(repository_uid: str) -> Put:
    """Nothing is written of it any more, by who asks `not_purged`."""
    until = int(time.time()) + PURGED_SECONDS
    return Put({"pk": PURGED, "sk": repository_uid, "expires_at": until})


def not_purged(repository_uid: str) -> Check:
    """Holds until it is to be forgotten."""
    return Check(PURGED, repository_uid, when=Absent())


async def is_purged(table: Table, repository_uid: str) -> bool:
    """Whether it is."""
    return await table.get(PURGED, repository_uid) is not None
