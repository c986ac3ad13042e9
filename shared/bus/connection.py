"""One connection of one service to NATS, held open whether the server is there or not."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from faststream import AckPolicy
from faststream.nats import NatsBroker, NatsNKey
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from pydantic import BaseModel

from shared.bus import events, replies, requests
from shared.bus.current import Current
from shared.cloudevents import EventData
from shared.contracts.base import Reply, Request
from shared.errors import Unavailable
from shared.log import logger
from shared.topology import inbox_prefix

log = logger("bus")
Held = TypeVar("Held")
START_RETRY_SECONDS = 0.5
RECONNECT_WAIT_SECONDS = 0.25


class Bus:
    """A service's connection. Doors are named before `start`; nothing blocks while NATS is away.

    `seed` is the service's nkey (shared.keyfile.nats_seed); empty only in tests without users.
    """

    def __init__(self, url: str, *, service: str, seed: str = "") -> None:
        self.service = service
        self.inbox = inbox_prefix(service)
        self.broker = NatsBroker(
            url,
            name=service,
            # Without -1 the client gives up after two minutes and its pull loop then spins.
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_WAIT_SECONDS,  # type: ignore[arg-type]
            graceful_timeout=5,
            # The default would drop an event for good at the first error.
            ack_policy=AckPolicy.NACK_ON_ERROR,
            inbox_prefix=self.inbox,
            security=NatsNKey.from_seed(seed) if seed else None,
            logger=None,
            middlewares=(Current,),
            error_cb=_report,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._reconnected,
        )
        self.lost = asyncio.Event()
        self._returns: list[Callable[[], None]] = []
        self.working: set[asyncio.Task[None]] = set()
        self.consumers: list[tuple[str, str]] = []
        self.doors: dict[str, Callable[[Msg], Awaitable[None]]] = {}
        self._starting: asyncio.Task[None] | None = None
        self.started = asyncio.Event()

    def answer(self, wanted: type[Request[Reply]], operation: replies.Operation) -> None:
        """Answer requests of this type, shared with the other processes of the service."""
        self.doors[wanted.nats_subject()] = replies.door_for(self, wanted, operation)

    def answer_all(
        self,
        operations: Mapping[type[Request[Any]], Callable[[Held, Any], Awaitable[BaseModel]]],
        held: Held,
    ) -> None:
        """Answer requests of all these types, each by its operation with what the process holds."""
        for wanted, operation in operations.items():
            self.answer(wanted, partial(operation, held))

    def consume(
        self, stream: str, durable: str, handlers: Mapping[type[EventData], events.Handler]
    ) -> None:
        """Take a durable consumer's events; each is acked once its handler has returned."""
        events.consume(self, stream, durable, handlers)
        self.consumers.append((stream, durable))

    def hear(self, subject: str, handlers: Mapping[type[EventData], events.Handler]) -> None:
        """Hear events live, in every process and without a promise: what is missed is missed."""
        events.hear(self, subject, handlers)

    def overhear(self, subject: str, function: Callable[[bytes], Awaitable[None]]) -> None:
        """Be told what is said live on a subject, by this process too, in the order of saying."""
        events.overhear(self, subject, function)

    def listen(self, subject: str, function: Callable[[], Awaitable[None]]) -> None:
        """Be told that something was said on a subject that carries no content."""
        events.listen(self, subject, function)

    def on_return(self, function: Callable[[], None]) -> None:
        """Be told that the server is there again; `lost` is set from when it goes until then."""
        self._returns.append(function)

    async def request(self, wanted: Request[Reply], *, timeout: float = 2.0) -> Reply:  # noqa: ASYNC109
        """Ask the owner and wait, at most `timeout` seconds; raises the Problem it answers with.

        Unavailable where nobody answers in time: the request may or may not have been done.
        """
        return await requests.ask(self, wanted, timeout)

    @property
    def client(self) -> Client:
        """The plain NATS client; raises Unavailable while there is no connection."""
        connection = self.broker._connection  # noqa: SLF001  (FastStream offers no public name)
        if connection is None or not connection.is_connected:
            raise Unavailable("The message bus does not answer at the moment.")
        return connection

    @property
    def jetstream(self) -> JetStreamContext:
        """JetStream over the same connection."""
        return self.client.jetstream()

    async def tell(self, subject: str, payload: bytes = b"") -> None:
        """Say something live; lost without an error when nobody is there to hear."""
        with contextlib.suppress(Unavailable, NatsError):
            await self.client.publish(subject, payload)

    async def check(self) -> None:
        """Raises Unavailable unless every durable consumer of this process exists."""
        if not self.started.is_set():
            raise Unavailable("The bus is not connected yet.")
        for stream, durable in self.consumers:
            try:
                await self.jetstream.consumer_info(stream, durable, timeout=1.0)
            except NatsError as error:
                raise Unavailable(f"The consumer {durable} does not answer: {error}") from error

    def start(self) -> None:
        """Connect in the background, so that doors open although the bus is away."""
        self._starting = asyncio.create_task(self._start())

    async def _disconnected(self) -> None:
        self.lost.set()

    async def _reconnected(self) -> None:
        self.lost.clear()
        for function in self._returns:
            function()

    async def _start(self) -> None:
        while True:
            try:
                await self.broker.start()
                for subject, door in self.doors.items():
                    await self.client.subscribe(subject, queue=self.service, cb=door)
                await self._subscribed()
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("the bus is not there yet", reason=str(error) or type(error).__name__)
                await self.broker.stop()
                await asyncio.sleep(START_RETRY_SECONDS)
            else:
                # A try that failed had its connection closed, which is no loss from now on.
                self.lost.clear()
                self.started.set()
                return

    async def _subscribed(self) -> None:
        """Until the server has read all subscriptions: before, what is said live passes by."""
        # The client's first ping may overtake what it has not written yet; its second cannot.
        for _ in range(2):
            await self.client.flush()

    async def stop(self) -> None:
        """Finish what is being worked on, then disconnect."""
        if self._starting is not None:
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starting
        if self.working:
            await asyncio.wait(self.working, timeout=5)
        await self.broker.stop()

    def work(self, job: Awaitable[None]) -> None:
        """Do a job beside others; `stop` waits for it."""
        task = asyncio.ensure_future(job)
        self.working.add(task)
        task.add_done_callback(self.working.discard)


async def _report(error: Exception) -> None:
    details: dict[str, Any] = {"reason": str(error) or type(error).__name__}
    log.warning("nats", **details)
