"""Buckets that accounts bring, opened as they are used; what opens them is unsealed here alone."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

from services.storage.blobs.connected import Bucket, Far, Reach, open_bucket
from services.storage.models import ObjectRecord
from shared.contracts.repositories import Repository, SealedConnection
from shared.errors import Forbidden, Unavailable
from shared.sealing import SealError, unseal
from shared.snapshots import connection_known
from shared.tables import Table

HELD_OPEN = 64
REMOVED = "The data connection to its bucket was removed, so nothing of it can be read."
UNKNOWN = "The data connection to its bucket is not known here yet."
UNSEALED = "What its bucket is read by does not open with this platform's key file."


class Connections:
    """Held open while the process serves; the least recently used are let go that nobody reads.

    The sealing key is asked for when it is needed: a restore begins before its key file is there.
    """

    def __init__(
        self, sealing_key: Callable[[], bytes] = bytes, *, allow_private: bool = False
    ) -> None:
        self._sealing_key = sealing_key
        self._allow_private = allow_private
        self._open: dict[str, Bucket] = {}
        self._opening = asyncio.Lock()

    async def bucket(self, table: Table, repository: Repository) -> Bucket:
        """The bucket of a connected repository. Forbidden once it is removed, Unavailable."""
        uid = repository.connection_uid
        connection = await connection_known(table, uid)
        if connection is None:
            raise Unavailable(UNKNOWN)
        if connection.removed or connection.account_uid != repository.account_uid:
            await self._leave(uid)
            raise Forbidden(REMOVED)
        async with self._opening:
            bucket = self._open.pop(uid, None) or await open_bucket(self._reach(connection))
            # The last in order is the one that was used last.
            self._open[uid] = bucket
            await self._leave_some()
        return bucket

    async def close(self) -> None:
        """Let go of all of them."""
        for uid in list(self._open):
            await self._leave(uid)

    async def _leave(self, uid: str) -> None:
        bucket = self._open.pop(uid, None)
        if bucket is not None:
            await bucket.close()

    async def _leave_some(self) -> None:
        # The last is only being handed out: who asked for it does not read it yet.
        idle = [uid for uid, bucket in list(self._open.items())[:-1] if not bucket.readers]
        for uid in idle[: max(0, len(self._open) - HELD_OPEN)]:
            await self._leave(uid)

    def _reach(self, connection: SealedConnection) -> Reach:
        sealed, halves = connection.sealed_credentials, ("", "")
        if sealed:
            try:
                text = unseal(self._sealing_key(), sealed, name=connection.connection_uid)
            except SealError as error:
                raise Unavailable(UNSEALED) from error
            halves = json.loads(text)
        place = (connection.bucket, connection.endpoint, connection.region)
        return Reach(*place, *halves, allow_private=self._allow_private)


def far_of(repository: Repository, record: ObjectRecord) -> Far:
    """The object of the bucket that a record is about."""
    key = repository.connection_prefix + record.key
    nameless = Far(key, record.size, "", record.modified_ms)
    return nameless if record.mark == nameless.mark else replace(nameless, etag=record.mark)
