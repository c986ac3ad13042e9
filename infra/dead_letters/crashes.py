"""What a consumer died of, or never answered for: from the server's advisories to dead letters."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from infra.bus_admin import admin_jetstream
from shared.bus.dead_letters import Origin
from shared.errors import Unavailable
from shared.topology import ADVISORIES, CONSUMERS, DEAD_LETTERS

OURS = frozenset((one.stream, one.durable) for one in CONSUMERS)
GAVE_UP = "no answer in {} deliveries: the consumer died or hung every time"


async def collect_now(url: str, key: bytes) -> list[str]:
    """Collect over a connection of its own; raises Unavailable where the bus does not answer."""
    try:
        async with admin_jetstream(url, key) as jetstream:
            return [line async for line in collect(jetstream)]
    except (NatsError, OSError) as error:
        raise Unavailable(f"The bus does not answer: {error}") from error


async def collect(jetstream: JetStreamContext) -> AsyncIterator[str]:
    """Make a dead letter of each message that reached `max_deliver`; yields one line for each.

    A message that is buried already is not buried twice: the letter's id is made of its origin.
    """
    while (found := await _next_advisory(jetstream)) is not None:
        sequence, advisory = found
        yield await _bury(jetstream, advisory)
        await jetstream.delete_msg(ADVISORIES.name, sequence)


async def _next_advisory(jetstream: JetStreamContext) -> tuple[int, dict[str, Any]] | None:
    """The oldest advisory (io.nats.jetstream.advisory.v1.max_deliver) and its sequence."""
    try:
        message = await jetstream.get_msg(
            ADVISORIES.name, seq=1, subject=ADVISORIES.subjects[0], next=True
        )
    except NotFoundError:
        return None
    return message.seq or 0, orjson.loads(message.data or b"{}")


async def _bury(jetstream: JetStreamContext, advisory: dict[str, Any]) -> str:
    stream, durable, deliveries = advisory["stream"], advisory["consumer"], advisory["deliveries"]
    origin = Origin(
        stream,
        durable,
        subject="",
        sequence=advisory["stream_seq"],
        deliveries=deliveries,
        error=GAVE_UP.format(deliveries),
    )
    if (stream, durable) not in OURS:
        return f"{origin.place} is not for us: the consumer is another's"
    try:
        original = await jetstream.get_msg(stream, seq=origin.sequence)
    except NotFoundError:
        return f"{origin.place} is in its stream no more"
    origin = replace(origin, subject=original.subject or "")
    await jetstream.publish(
        origin.letter_subject,
        original.data or b"",
        stream=DEAD_LETTERS.name,
        headers=origin.headers,
        timeout=5,
    )
    return f"{origin.place} is a dead letter now"
