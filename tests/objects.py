"""Objects as storage tells of them, and what the indexer makes of them, without any service."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.indexer.extractors.content import described
from services.indexer.extractors.registry import extract
from services.indexer.extractors.sparse_file import NeedFiles, OutOfBytes, SparseFile
from services.indexer.models.stored import Stored
from services.indexer.models.superseded import Superseded
from services.indexer.operations.beside import Beside, Found, Listing
from services.indexer.operations.folder import Folder
from services.indexer.operations.keeping import Indexer
from services.indexer.sandbox.pool import Outcome
from shared.contracts.storage import ObjectPage, StoredObject
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.outbox import Outbox
from shared.tables import Table
from tests.contract.tables.worst import WorstTable

REPOSITORY_UID = "01REPOSITORY"
START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def stored_object(key: str, version: int = 1, *, size: int = 10, etag: str = "") -> StoredObject:
    """An object of `noaa/globe-land-mask`; each version is a second later than the one before."""
    return StoredObject(
        object_uid=object_uid(REPOSITORY_UID, key),
        account_uid="01NOAA",
        account_id="noaa",
        repository_uid=REPOSITORY_UID,
        repository_id="globe-land-mask",
        key=key,
        size=size,
        etag=etag or f"{version:032x}",
        last_modified=START + timedelta(seconds=version),
        version=version,
        created_by="01ADA",
    )


@dataclass
class Shelf:
    """What storage has: the objects as they are now, and their bytes by key.

    `away` makes the data door not answer.
    """

    objects: dict[str, StoredObject] = field(default_factory=dict)
    content: dict[str, bytes] = field(default_factory=dict)
    away: bool = False
    reads: int = 0

    def put(self, key: str, data: bytes, version: int) -> StoredObject:
        """New bytes under a key."""
        self.objects[key] = stored_object(key, version, size=len(data))
        self.content[key] = data
        return self.objects[key]

    def delete(self, key: str, version: int) -> StoredObject:
        """A key that is no more; the object as its deletion tells of it."""
        self.content.pop(key)
        return self.objects.pop(key).model_copy(update={"version": version})

    async def read(self, stored: Stored, beside: Beside) -> Outcome:
        """As the sandbox reads through the data door."""
        self.reads += 1
        if self.away:
            raise Unavailable("The data door does not answer.")
        now = self.objects.get(stored.key)
        if now is None or now.etag != stored.etag:
            raise Superseded
        file = SparseFile(stored.key, stored.size)
        file.add(0, self.content[stored.key])
        while True:
            try:
                return Outcome("read", extract(file))
            except OutOfBytes:
                return Outcome("failed", described(file), "A file beside it is being replaced.")
            except NeedFiles as need:
                for key, found in zip(need.names, await beside.find(need.names), strict=True):
                    file.others[key] = self._other(found) if found else None

    def _other(self, found: Found) -> SparseFile:
        """With all its bytes, unless it is another by now."""
        other = SparseFile(found.key, found.size)
        now = self.objects.get(found.key)
        if isinstance(found, Listing):
            other.add(0, found.content)
        elif now is not None and now.etag == found.etag:
            other.add(0, self.content[found.key])
        other.is_final = True
        return other

    async def list_objects(self, repository_uid: str, cursor: str | None) -> ObjectPage:
        """Two at a time, so that pages are many."""
        assert repository_uid == REPOSITORY_UID
        keys = sorted(key for key in self.objects if cursor is None or key > cursor)
        page = [self.objects[key] for key in keys[:2]]
        return ObjectPage(objects=page, cursor=keys[1] if len(keys) > 2 else None)


def indexer_on(table: Table, shelf: Shelf, folder: Folder) -> Indexer:
    """An indexer that reads from the shelf."""
    return Indexer(Outbox(table), shelf.read, folder.ring)


async def events_on(table: Table) -> list[str]:
    """The names of the events that wait to be published, in their order."""
    if isinstance(table, WorstTable):
        await asyncio.gather(*table.tasks)
    page = await Outbox(table).pending(limit=1000)
    return [row["event"] for row in page.items]


def point_csv(*points: Sequence[float]) -> bytes:
    """A table of places on Earth."""
    rows = "".join(f"{latitude},{longitude}\n" for latitude, longitude in points)
    return f"lat,lon\n{rows}".encode()
