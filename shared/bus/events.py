"""Hearing: events by type from durable consumers, with delayed retries and dead letters."""

import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from faststream.exceptions import NackMessage, RejectMessage
from faststream.nats import ConsumerConfig, JStream, PullSub
from nats.errors import Error as NatsError
from pydantic import ValidationError

from shared.bus.current import as_bytes, current
from shared.bus.dead_letters import Origin
from shared.cloudevents import Event, EventData
from shared.errors import Problem, Unavailable
from shared.log import correlated, logger
from shared.telemetry import events_handled

if TYPE_CHECKING:
    from shared.bus.connection import Bus

log = logger("bus")
Door = Callable[[bytes], Awaitable[None]]
Handler = Callable[[Event[Any]], Awaitable[None]]

# Events of one durable consumer that one process works on side by side.
IN_WORK = 20
# After a server is gone its pending pull is forgotten: this bounds the silence that follows.
PULL_SECONDS = 1.0
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.2, 30.0
# Below the server's own max_deliver, so that it is we who decide and tell why.
DELIVERIES = 15


class UnknownVersion(ValueError):
    """An event of ours in a later version: a dead letter, to be replayed after an upgrade."""


def consume(
    bus: "Bus", stream: str, durable: str, handlers: Mapping[type[EventData], Handler]
) -> None:
    """See Bus.consume. The consumer itself is declared by infra.streams, never here."""
    subscriber = bus.broker.subscriber(
        stream=JStream(stream, declare=False),
        durable=durable,
        # A batch is handed over when it is full or its time is up: an event that comes alone would
        # wait for either, so they are taken one by one.
        pull_sub=PullSub(batch_size=1, timeout=PULL_SECONDS),
        max_workers=IN_WORK,
        config=ConsumerConfig(filter_subjects=[]),
        inbox_prefix=f"{bus.inbox}.".encode(),
        # A header may name a subject that the handler's return value would be sent to.
        no_reply=True,
        decoder=as_bytes,
    )
    subscriber(_retrying(bus, stream, durable, _dispatch(handlers)))


def hear(bus: "Bus", subject: str, handlers: Mapping[type[EventData], Handler]) -> None:
    """See Bus.hear."""
    overhear(bus, subject, _dispatch(handlers))


def overhear(bus: "Bus", subject: str, function: Callable[[bytes], Awaitable[None]]) -> None:
    """See Bus.overhear."""

    async def door(body: bytes) -> None:
        try:
            await function(body)
        except Exception:
            # It is not said again, and the broker is silent: this line is all there is of it.
            log.exception("what was heard could not be handled", subject=subject)

    bus.broker.subscriber(subject, no_reply=True, decoder=as_bytes)(door)


def listen(bus: "Bus", subject: str, function: Callable[[], Awaitable[None]]) -> None:
    """See Bus.listen."""

    async def door(_: bytes) -> None:
        await function()

    overhear(bus, subject, door)


def _dispatch(handlers: Mapping[type[EventData], Handler]) -> Door:
    by_type = {data.type_name(): (Event[data], handle) for data, handle in handlers.items()}  # type: ignore[valid-type]

    stems = {name.rpartition(".")[0] for name in by_type}

    async def door(body: bytes) -> None:
        envelope = orjson.loads(body)
        name = envelope["type"]
        known = by_type.get(name)
        if known is None:
            if name.rpartition(".")[0] in stems:
                raise UnknownVersion(f"{name} is a version that this release does not know")
            return
        model, handle = known
        with correlated(envelope.get("correlationid", "")):
            await handle(model.model_validate(envelope))

    return door


def _retrying(bus: "Bus", stream: str, durable: str, door: Door) -> Door:
    """Delays each retry; what cannot succeed goes to the dead letters with its reason."""

    async def retrying(body: bytes) -> None:
        try:
            await door(body)
        except Exception as error:
            raw: Any = current.get().raw_message
            deliveries = raw.metadata.num_delivered
            if is_transient(error) and deliveries < DELIVERIES:
                events_handled.labels(durable, "retried").inc()
                raise NackMessage(delay=retry_delay(deliveries)) from error
            log.exception("an event could not be handled", durable=durable)
            await bury(bus, stream, durable, raw, error)
            events_handled.labels(durable, "buried").inc()
            raise RejectMessage from error
        events_handled.labels(durable, "done").inc()

    return retrying


def is_transient(error: Exception) -> bool:
    """Whether trying again can help: what is malformed or refused stays so."""
    if isinstance(error, Problem):
        return error.status >= 500 or error.code == "conflict"
    return not isinstance(error, ValidationError | ValueError | KeyError | TypeError)


def retry_delay(deliveries: int) -> float:
    """Seconds to wait: doubling, with jitter so that retries of a burst spread out."""
    longest = min(FIRST_RETRY_SECONDS * 2 ** (deliveries - 1), LONGEST_RETRY_SECONDS)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311  (not a secret)
    return float(longest * jitter)


async def bury(bus: "Bus", stream: str, durable: str, raw: Any, error: Exception) -> None:  # noqa: ANN401
    """Keep a message that could not be handled, with where it came from and why.

    Raises NackMessage when even that fails, so that nothing is lost.
    """
    origin = Origin(
        stream,
        durable,
        subject=raw.subject,
        sequence=raw.metadata.sequence.stream,
        deliveries=raw.metadata.num_delivered,
        error=f"{type(error).__name__}: {error}",
    )
    try:
        await bus.jetstream.publish(
            origin.letter_subject, raw.data, headers=origin.headers, timeout=5
        )
    except (NatsError, Unavailable, TimeoutError) as failure:
        raise NackMessage(delay=LONGEST_RETRY_SECONDS) from failure
