"""Records that were read a moment ago, so that many reads of one file look it up once.

A record is good for as long as its bytes are those that it names: whoever opens them compares the
marks, and looks the record up anew where they differ. So no other process has to tell of a change.
"""

import time

from services.storage.models import ObjectRecord

MEMORY_SECONDS = 1.0
MEMORY_ENTRIES = 10_000


class Recent:
    """Records of the last second, by repository and key; with no seconds nothing is kept."""

    def __init__(self, seconds: float = MEMORY_SECONDS) -> None:
        self._seconds = seconds
        self._records: dict[tuple[str, str], tuple[float, ObjectRecord]] = {}

    def find(self, repository_uid: str, key: str) -> ObjectRecord | None:
        """The record as it was read within the last second."""
        entry = self._records.get((repository_uid, key))
        return entry[1] if entry is not None and entry[0] > time.monotonic() else None

    def keep(self, record: ObjectRecord) -> None:
        """It was read just now."""
        if len(self._records) >= MEMORY_ENTRIES:
            self._records.clear()
        place = record.repository_uid, record.key
        self._records[place] = time.monotonic() + self._seconds, record
