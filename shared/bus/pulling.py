"""Taking a durable consumer's messages, each as soon as it comes, a bounded number side by side.

On the plain NATS client, and not by its `fetch`: that hands a batch over when the batch is full or
its time is up, and so holds back each event of a quiet hour until then.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.errors import Unavailable
from shared.log import logger

if TYPE_CHECKING:
    from shared.bus.connection import Bus

log = logger("bus")
Take = Callable[[Msg], Awaitable[None]]

IN_WORK = 20
# When these run out the server says so; a lost word of it costs the grace beside.
PULL_SECONDS, GRACE_SECONDS = 10.0, 1.0
PAUSE_SECONDS = 0.25
STATUS = "Status"
TIME_IS_UP = "408"


class Pull:
    """One durable consumer of one process; `take` is given a message and answers for its ack."""

    def __init__(self, bus: "Bus", stream: str, durable: str, take: Take) -> None:
        self.bus = bus
        self.stream = stream
        self.durable = durable
        self.take = take
        self._due = 0
        self._in_work = 0
        self._status = ""
        self._over = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        bus.on_return(self._over.set)

    async def open(self, client: Client) -> None:
        """Make the inbox that messages come to: each process has its own."""
        self._inbox = client.new_inbox()
        self._subscription = await client.subscribe(self._inbox, cb=self._arrived)

    async def run(self) -> None:
        """Pull until cancelled; what is in work then is the bus's to wait for."""
        try:
            while True:
                await self._room.wait()
                try:
                    await self._pull()
                except (NatsError, Unavailable):
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            with contextlib.suppress(NatsError):
                await self._subscription.unsubscribe()

    async def _pull(self) -> None:
        """Ask for as many as there is room for, and wait until they are here or will not come."""
        self._over.clear()
        self._status, self._due = "", IN_WORK - self._in_work
        asked = {"batch": self._due, "expires": int(PULL_SECONDS * 1e9)}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{self.durable}"
        await self.bus.client.publish(subject, orjson.dumps(asked), reply=self._inbox)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), PULL_SECONDS + GRACE_SECONDS)
        if self._status not in ("", TIME_IS_UP):
            log.info("a pull was refused", durable=self.durable, status=self._status)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _arrived(self, message: Msg) -> None:
        if message.headers and STATUS in message.headers and not message.data:
            self._status = message.headers[STATUS]
            self._over.set()
            return
        self._in_work += 1
        self._due -= 1
        if not self._due:
            self._over.set()
        if self._in_work > IN_WORK // 2:
            self._room.clear()
        self.bus.work(self._work(message))

    async def _work(self, message: Msg) -> None:
        try:
            await self.take(message)
        finally:
            self._in_work -= 1
            if self._in_work <= IN_WORK // 2:
                self._room.set()
