"""One connection of one service to NATS, held open whether the server is there or not."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from shared.bus import events, replies, requests
from shared.bus.pulling import Pull
from shared.cloudevents import EventData
from shared.contracts.base import Reply, Request
from shared.errors import Unavailable
from shared.log import logger
from shared.topology import inbox_prefix

log = logger("bus")
START_RETRY_SECONDS = 0.5
RECONNECT_WAIT_SECONDS = 0.25
STOP_SECONDS = 5.0
Door = Callable[[Msg], Awaitable[None]]


class Bus:
    """A service's connection. Doors are named before `start`; nothing blocks while NATS is away.

    `seed` is the service's nkey (shared.keyfile.nats_seed); empty only in tests without users.
    """

    def __init__(self, url: str, *, service: str, seed: str = "") -> None:
        self.service = service
        self.inbox = inbox_prefix(service)
        self.lost = asyncio.Event()
        self.started = asyncio.Event()
        self.working: set[asyncio.Task[None]] = set()
        self.pulls: list[Pull] = []
        # Subject, group that shares its messages (empty: each process gets all), who takes them.
        self.doors: list[tuple[str, str, Door]] = []
        self._returns: list[Callable[[], None]] = []
        self._client: Client | None = None
        self._running: list[asyncio.Task[None]] = []
        self._options: dict[str, Any] = {
            "servers": [url],
            "name": service,
            # Without -1 the client gives up after two minutes.
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": RECONNECT_WAIT_SECONDS,
            "inbox_prefix": self.inbox,
            "nkeys_seed_str": seed or None,
            "error_cb": _report,
            "disconnected_cb": self._disconnected,
            "reconnected_cb": self._reconnected,
        }

    def answer(self, wanted: type[Request[Reply]], operation: replies.Operation) -> None:
        """Answer requests of this type, shared with the other processes of the service."""
        door = replies.door_for(self, wanted, operation)
        self.doors.append((wanted.nats_subject(), self.service, door))

    def consume(
        self, stream: str, durable: str, handlers: Mapping[type[EventData], events.Handler]
    ) -> None:
        """Take a durable consumer's events; each is acked once its handler has returned."""
        take = events.taker(self, stream, durable, handlers)
        self.pulls.append(Pull(self, stream, durable, take))

    def hear(self, subject: str, handlers: Mapping[type[EventData], events.Handler]) -> None:
        """Hear events live, in every process and without a promise: what is missed is missed."""
        self.doors.append((subject, "", events.hearer(handlers)))

    def listen(self, subject: str, function: Callable[[], Awaitable[None]]) -> None:
        """Be told that something was said on a subject that carries no content."""

        async def door(_: Msg) -> None:
            await function()

        self.doors.append((subject, "", door))

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
        if self._client is None or not self._client.is_connected:
            raise Unavailable("The message bus does not answer at the moment.")
        return self._client

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
        for pull in self.pulls:
            try:
                await self.jetstream.consumer_info(pull.stream, pull.durable, timeout=1.0)
            except NatsError as error:
                raise Unavailable(
                    f"The consumer {pull.durable} does not answer: {error}"
                ) from error

    def start(self) -> None:
        """Connect in the background, so that doors open although the bus is away."""
        self._running.append(asyncio.create_task(self._start()))

    async def _disconnected(self) -> None:
        self.lost.set()

    async def _reconnected(self) -> None:
        self.lost.clear()
        for function in self._returns:
            function()

    async def _start(self) -> None:
        while True:
            self._client = Client()
            try:
                await self._client.connect(**self._options)
                for subject, group, door in self.doors:
                    await self._client.subscribe(subject, queue=group, cb=door)
                for pull in self.pulls:
                    await pull.open(self._client)
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("the bus is not there yet", reason=str(error) or type(error).__name__)
                await self._client.close()
                await asyncio.sleep(START_RETRY_SECONDS)
            else:
                break
        self._running += [asyncio.create_task(pull.run()) for pull in self.pulls]
        self.started.set()

    async def stop(self) -> None:
        """Finish what is being worked on, then disconnect."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self.working:
            await asyncio.wait(self.working, timeout=STOP_SECONDS)
        if self._client is not None:
            with contextlib.suppress(NatsError, TimeoutError):
                await asyncio.wait_for(self._client.drain(), STOP_SECONDS)
            await self._client.close()

    def work(self, job: Awaitable[None]) -> None:
        """Do a job beside others; `stop` waits for it."""
        task = asyncio.ensure_future(job)
        self.working.add(task)
        task.add_done_callback(self.working.discard)


async def _report(error: Exception) -> None:
    details: dict[str, Any] = {"reason": str(error) or type(error).__name__}
    log.warning("nats", **details)
