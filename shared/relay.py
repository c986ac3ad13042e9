"""From the outbox to the stream: each event once, those of one aggregate in order.

One process of a service holds the lease and publishes; the others wake it over plain NATS. Within
an aggregate one message is under way at a time, since two at once keep "once" but not the order.
"""

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from nats.errors import Error as NatsError

from shared.bus import Bus
from shared.cloudevents import CONTENT_TYPE
from shared.errors import Problem, Unavailable
from shared.identifiers import new_uid
from shared.log import logger
from shared.outbox import Outbox
from shared.tables import Absent, AnyOf, Below, ConditionFailed, Equals, Item, Put
from shared.telemetry import events_published, events_waiting

log = logger("relay")
BATCH = 256
POLL_SECONDS = 1.0
LEASE_SECONDS = 3.0
RENEW_SECONDS = 1.0
PUBLISH_TIMEOUT_SECONDS = 5.0
PAUSE_SECONDS = 0.25


class Relay:
    """Publishes one service's outbox for as long as `run` runs."""

    def __init__(self, outbox: Outbox, bus: Bus) -> None:
        self.outbox = outbox
        self.bus = bus
        self.holder = new_uid()
        self.wake_subject = f"coop.wake.{bus.service}"
        self._leased_until = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; `bus.start` comes after, as the relay listens to be woken."""
        self.bus.listen(self.wake_subject, self._woken)
        self.bus.on_return(self.outbox.rung.set)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop between two batches; what waits is published by the next process."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _woken(self) -> None:
        # Only the holder listens to others: two that do not publish would wake each other for ever.
        if self._leased_until > time.time():
            self.outbox.rung.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._turn()
            except (Problem, NatsError, TimeoutError) as problem:
                log.info("events wait", reason=str(problem) or type(problem).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception:
                log.exception("the relay stumbled")
                await asyncio.sleep(POLL_SECONDS)

    async def _turn(self) -> None:
        """Wait for the bell; publish if the lease is ours, else tell who holds it."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.outbox.rung.wait(), POLL_SECONDS)
        rung = self.outbox.rung.is_set()
        self.outbox.rung.clear()
        if await self._leased():
            await self.drain()
        elif rung:
            await self.bus.tell(self.wake_subject)

    async def drain(self) -> None:
        """Publish until nothing waits; raises Unavailable or a NATS error when the bus does not."""
        while True:
            page = await self.outbox.pending(limit=BATCH)
            events_waiting.labels(self.bus.service).set(len(page.items))
            if not page.items or not await self._leased():
                return
            await self._unless_lost(self._publish_all(page.items))
            if page.cursor is None:
                # Whatever was committed meanwhile has rung the bell again.
                events_waiting.labels(self.bus.service).set(0)
                return

    async def _unless_lost(self, work: Coroutine[Any, Any, None]) -> None:
        """Who was asked when the connection broke will never answer: that is not waited for."""
        publishing, lost = asyncio.create_task(work), asyncio.create_task(self.bus.lost.wait())
        both: set[asyncio.Task[Any]] = {publishing, lost}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_lost = publishing.cancel()
            lost.cancel()
            await asyncio.wait(both)
        if is_lost:
            raise Unavailable("The message bus went away while it took events.")
        publishing.result()

    async def _publish_all(self, rows: Sequence[Item]) -> None:
        by_aggregate = itemgetter("aggregate")
        lanes = groupby(sorted(rows, key=by_aggregate), key=by_aggregate)
        await asyncio.gather(*(self._publish_lane(list(lane)) for _, lane in lanes))

    async def _publish_lane(self, rows: Sequence[Item]) -> None:
        """The waiting events of one aggregate, oldest first, one at a time."""
        for row in sorted(rows, key=itemgetter("obsk")):
            await self._publish(row)
        await self.outbox.sent(rows)

    async def _publish(self, row: Item) -> None:
        try:
            await self.bus.jetstream.publish(
                row["subject"],
                row["body"].encode(),
                timeout=PUBLISH_TIMEOUT_SECONDS,
                headers={
                    "Nats-Msg-Id": f"{row['id']}:{row['event']}",
                    "content-type": CONTENT_TYPE,
                },
            )
        except TimeoutError:
            # It may be stored all the same: the same message id makes the retry harmless.
            raise Unavailable("The stream did not confirm an event in time.") from None
        events_published.labels(self.bus.service).inc()

    async def _leased(self) -> bool:
        """Whether this process may publish now: takes or renews the lease when it must."""
        moment = time.time()
        if self._leased_until - moment > LEASE_SECONDS - RENEW_SECONDS:
            return True
        until = moment + LEASE_SECONDS
        lease = {"pk": "LEASE", "sk": "relay", "holder": self.holder, "until": until}
        free = AnyOf(Absent(), Below("until", moment), Equals("holder", self.holder))
        try:
            await self.outbox.table.write(Put(lease, when=free))
        except ConditionFailed:
            self._leased_until = 0.0
            events_waiting.labels(self.bus.service).set(0)  # the holder tells
            return False
        self._leased_until = until
        return True
