"""A worker that makes one table of items, from our side."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.indexer.mirrors import CHANGED, DATA, REFUSED
from services.indexer.sandbox.wire import MIRROR
from services.indexer.sandbox.worker import Nursery, Worker, WorkerLost
from shared.errors import Unavailable

LOST = "Its items take more time or memory than a table may."


class Unmirrored(Exception):
    """There is no table of these items; the text says why."""


class TableMaker:
    """Asked for one step after the other."""

    def __init__(self, worker: Worker, seconds: float) -> None:
        self._worker, self._seconds = worker, seconds

    async def step(self, name: str, items: bytes = b"[]") -> bytes:
        """What of the file is there by now, of items as a list in JSON.

        Raises Unmirrored; Unavailable where items are others than they were a moment ago.
        """
        try:
            answer = await self._worker.ask({MIRROR: name}, items, self._seconds)
            if REFUSED in answer:
                raise Unmirrored(str(answer[REFUSED]))
            if CHANGED in answer:
                raise Unavailable("Items changed while they were read.")
            return b64decode(answer[DATA], validate=True)
        except (WorkerLost, KeyError, TypeError, Base64Error) as error:
            raise Unmirrored(LOST) from error


@asynccontextmanager
async def making_table(nursery: Nursery) -> AsyncIterator[TableMaker]:
    """A worker of its own, as long as it takes. Raises Unmirrored."""
    try:
        worker = await nursery.fork()
    except WorkerLost as error:
        raise Unmirrored(LOST) from error
    try:
        yield TableMaker(worker, nursery.limits.parse_seconds)
    finally:
        await worker.close()
