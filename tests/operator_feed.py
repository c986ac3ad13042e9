"""The public events, as anyone with the operator's credentials reads them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import nats
from nats.aio.msg import Msg

Event = dict[str, Any]


@dataclass
class Feed:
    """What was heard on `coop.v1.>` since it was opened."""

    events: list[Event] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)

    async def take(self, message: Msg) -> None:
        """Remember one."""
        self.subjects.append(message.subject)
        self.events.append(json.loads(message.data))

    def named(self, event: str) -> list[Event]:
        """Those whose type is `coop.<service>.<event>.v1`."""
        return [one for one in self.events if one["type"].split(".")[2] == event]

    async def until(self, condition: Callable[[], object], *, seconds: float = 10.0) -> None:
        """Wait until enough was heard; an AssertionError with what was heard after `seconds`."""
        end = asyncio.get_running_loop().time() + seconds
        while not condition():
            heard = [one["type"] for one in self.events]
            assert asyncio.get_running_loop().time() < end, f"heard only {heard}"
            await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(ready: dict[str, Any]) -> AsyncIterator[Feed]:
    """Hear everything from now on."""
    connection = await nats.connect(
        ready["nats"], **ready["nats_credentials"], max_reconnect_attempts=-1
    )
    feed = Feed()
    await connection.subscribe("coop.v1.>", cb=feed.take)
    await connection.flush()
    try:
        yield feed
    finally:
        await connection.close()


async def stored(ready: dict[str, Any], stream: str, subject: str) -> list[Event]:
    """All events of a stream under a subject, from its beginning."""
    connection = await nats.connect(ready["nats"], **ready["nats_credentials"])
    jetstream, name = connection.jetstream(), f"reader-{token_hex(4)}"
    events: list[Event] = []
    try:
        # A named consumer: the operator may not use the old subject for nameless ones.
        subscription = await jetstream.pull_subscribe(subject, durable=name, stream=stream)
        waiting = (await subscription.consumer_info()).num_pending
        while waiting > 0:
            for message in await subscription.fetch(min(waiting, 500), timeout=5):
                events.append(json.loads(message.data))
                waiting -= 1
                await message.ack()
        await jetstream.delete_consumer(stream, name)
    finally:
        await connection.close()
    return events
