"""What a consumer died of, or never answered for: from the server's advisories to dead letters."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from infra.bus_admin import admin_jetstream
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
    stream, durable, origin = advisory["stream"], advisory["consumer"], advisory["stream_seq"]
    place = f"{stream}:{durable}:{origin}"
    if (stream, durable) not in OURS:
        return f"{place} is not for us: the consumer is another's"
    try:
        original = await jetstream.get_msg(stream, seq=origin)
    except NotFoundError:
        return f"{place} is in its stream no more"
    headers = {
        "coop-dlq-subject": original.subject or "",
        "coop-dlq-sequence": str(origin),
        "coop-dlq-deliveries": str(advisory["deliveries"]),
        "coop-dlq-error": GAVE_UP.format(advisory["deliveries"]),
        "Nats-Msg-Id": place,
    }
    await jetstream.publish(
        f"coop.dlq.{stream}.{durable}",
        original.data or b"",
        stream=DEAD_LETTERS.name,
        headers=headers,
        timeout=5,
    )
    return f"{place} is a dead letter now"
