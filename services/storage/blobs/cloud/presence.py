"""Which processes live, by the clock of the bucket alone: each writes its name now and then."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.cloud.naming import PROCESSES
from shared.errors import Unavailable
from shared.identifiers import new_uid

BEAT_SECONDS = 15.0
DEAD_AFTER = timedelta(seconds=75)


class Presence:
    """The name of this process, and those of the others."""

    def __init__(self, bucket: Bucket) -> None:
        self.name = new_uid()
        self._bucket = bucket
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Be seen from now on. Raises Unavailable."""
        await self._beat()
        self._beating = asyncio.create_task(self._keep_beating())

    async def stop(self) -> None:
        """Go in order."""
        if self._beating is None:
            return
        self._beating.cancel()
        with suppress(asyncio.CancelledError):
            await self._beating
        with suppress(Unavailable):
            await self._bucket.remove([f"{PROCESSES}/{self.name}"])

    async def is_alive(self, name: str) -> bool:
        """Whether it was seen lately, as the newest of all is; or Unavailable."""
        return name == self.name or name in (await self._seen())[0]

    async def others(self) -> list[str]:
        """The names of those that live beside this one."""
        return [name for name in (await self._seen())[0] if name != self.name]

    async def forget_dead(self) -> int:
        """Remove the names of those that were killed; how many."""
        dead = (await self._seen())[1]
        await self._bucket.remove([f"{PROCESSES}/{name}" for name in dead])
        return len(dead)

    async def _seen(self) -> tuple[list[str], list[str]]:
        seen = {one["path"]: one["last_modified"] for one in await self._bucket.objects(PROCESSES)}
        newest = max(seen.values(), default=None)
        living, dead = list[str](), list[str]()
        for path, moment in seen.items():
            is_late = newest is not None and newest - moment > DEAD_AFTER
            (dead if is_late else living).append(path.rpartition("/")[2])
        return living, dead

    async def _beat(self) -> None:
        await self._bucket.put(f"{PROCESSES}/{self.name}", b"", {})

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(Unavailable):
                await self._beat()
