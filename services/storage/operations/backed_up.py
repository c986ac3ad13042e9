"""What a backup and its way back share: which bytes records are about, and what came of them."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from services.storage.models import ObjectRecord
from services.storage.s3.checksums import Checksums
from services.storage.store.versions import all_versions
from shared.errors import ungrouped
from shared.outbox import Outbox

PAGE = 100
AT_ONCE = 4
CRC64NVME = "CRC64NVME"


class ChangedError(Exception):
    """These bytes are not those that the record is about."""


@dataclass(slots=True)
class Pace:
    """No more bytes a second than this on average; 0: as fast as it goes."""

    bytes_per_second: float = 0.0
    until: float = 0.0

    async def wait(self, size: int) -> None:
        """As long as so many bytes may take."""
        if self.bytes_per_second:
            self.until = max(self.until, time.monotonic()) + size / self.bytes_per_second
            await asyncio.sleep(self.until - time.monotonic())


@dataclass(slots=True)
class Tally:
    """What was kept, what of it was copied, and the keys whose bytes could not be."""

    objects: int = 0
    size: int = 0
    copied: int = 0
    copied_size: int = 0
    missing: list[str] = field(default_factory=list)


async def all_of(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once; where one fails the others are over too when its reason is raised."""
    with ungrouped(Exception):
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)


async def versions_in(outbox: Outbox, repository_uid: str) -> AsyncIterator[list[ObjectRecord]]:
    """As objects_in of earlier versions, but for markers, which have no bytes."""
    batch: list[ObjectRecord] = []
    async for record in all_versions(outbox, repository_uid):
        if not record.is_marker:
            batch.append(record)
        if len(batch) == PAGE:
            yield batch
            batch = []
    yield batch


def check(record: ObjectRecord, computed: Checksums, size: int) -> None:
    """Raises ChangedError unless these are the bytes that the record is about."""
    expected = record.checksums.get(CRC64NVME.lower())
    is_right = expected in {None, computed.base64(CRC64NVME)}
    if size != record.size or not is_right:
        raise ChangedError
