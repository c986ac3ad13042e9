"""Hearing: events by type from durable consumers, with delayed retries and dead letters."""

import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError

from shared.cloudevents import Event, EventData
from shared.errors import Problem, Unavailable
from shared.log import correlated, logger
from shared.telemetry import events_handled

if TYPE_CHECKING:
    from shared.bus.connection import Bus

log = logger("bus")
Door = Callable[[bytes], Awaitable[None]]
Handler = Callable[[Event[Any]], Awaitable[None]]

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.2, 30.0
# Below the server's own max_deliver, so that it is we who decide and tell why.
DELIVERIES = 15


class UnknownVersion(ValueError):
    """An event of ours in a later version: a dead letter, to be replayed after an upgrade."""


def taker(
    bus: "Bus", stream: str, durable: str, handlers: Mapping[type[EventData], Handler]
) -> Callable[[Msg], Awaitable[None]]:
    """What takes a durable consumer's messages: each is acked once its handler has returned.

    A retry is delayed; what cannot succeed goes to the dead letters with its reason.
    """
    door = _dispatch(handlers)

    async def take(message: Msg) -> None:
        outcome = "done"
        # An ack that is lost with the connection means that the event comes again.
        with contextlib.suppress(NatsError):
            try:
                await door(message.data)
            except Exception as error:  # noqa: BLE001 - whatever it is, the event must not be lost
                outcome = await _fail(bus, stream, durable, message, error)
            else:
                await message.ack()
        events_handled.labels(durable, outcome).inc()

    return take


def hearer(handlers: Mapping[type[EventData], Handler]) -> Callable[[Msg], Awaitable[None]]:
    """What hears events live: one that cannot be handled is told in the log and forgotten."""
    door = _dispatch(handlers)

    async def hear(message: Msg) -> None:
        try:
            await door(message.data)
        except Exception:
            log.exception("an event could not be heard", subject=message.subject)

    return hear


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


async def _fail(bus: "Bus", stream: str, durable: str, message: Msg, error: Exception) -> str:
    """Let it come again later, or bury it; which."""
    deliveries = message.metadata.num_delivered
    if is_transient(error) and deliveries < DELIVERIES:
        await message.nak(delay=retry_delay(deliveries))
        return "retried"
    log.error("an event could not be handled", durable=durable, exc_info=error)
    try:
        await bury(bus, stream, durable, message, error)
    except (NatsError, Unavailable, TimeoutError):
        await message.nak(delay=LONGEST_RETRY_SECONDS)
        return "retried"
    await message.term()
    return "buried"


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


async def bury(bus: "Bus", stream: str, durable: str, message: Msg, error: Exception) -> None:
    """Keep a message that could not be handled, with where it came from and why.

    Raises Unavailable, TimeoutError or an error of NATS where even that fails.
    """
    origin = message.metadata
    reason = f"{type(error).__name__}: {error}".encode("ascii", "replace").decode()[:500]
    headers = {
        "coop-dlq-subject": message.subject,
        "coop-dlq-sequence": str(origin.sequence.stream),
        "coop-dlq-deliveries": str(origin.num_delivered),
        "coop-dlq-error": reason.replace("\n", " ").replace("\r", " "),
        "Nats-Msg-Id": f"{stream}:{durable}:{origin.sequence.stream}",
    }
    subject = f"coop.dlq.{stream}.{durable}"
    await bus.jetstream.publish(subject, message.data, headers=headers, timeout=5)
