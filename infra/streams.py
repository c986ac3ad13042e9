"""Declares the streams and durable consumers, and mends what has drifted.

`python -m infra.streams` may run any number of times. Services only bind to what is declared here:
the last one to start must not decide how long events are kept.
"""

import asyncio
import sys
from dataclasses import asdict

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from infra.bus_admin import admin_jetstream
from shared.keyfile import load_key_file
from shared.settings import Settings
from shared.topology import (
    ACK_WAIT_SECONDS,
    CONSUMERS,
    DAY_SECONDS,
    DUPLICATE_WINDOW_SECONDS,
    MAX_ACK_PENDING,
    MAX_DELIVER,
    MAX_MESSAGE_BYTES,
    STREAMS,
    Consumer,
    Stream,
)


async def declare(url: str, key: bytes) -> list[str]:
    """Make everything as the topology says; returns one line for each thing made or mended."""
    async with admin_jetstream(url, key) as jetstream:
        done = [await _declare_stream(jetstream, stream) for stream in STREAMS]
        done += [await _declare_consumer(jetstream, consumer) for consumer in CONSUMERS]
    return [line for line in done if line]


async def _declare_stream(jetstream: JetStreamContext, stream: Stream) -> str:
    wanted = _stream_config(stream)
    try:
        present = (await jetstream.stream_info(stream.name)).config
    except NotFoundError:
        await jetstream.add_stream(wanted)
        return f"made stream {stream.name}"
    drifted = _drift(asdict(wanted), asdict(present))
    if not drifted:
        return ""
    await jetstream.update_stream(wanted)
    return f"mended stream {stream.name}: {', '.join(drifted)}"


async def _declare_consumer(jetstream: JetStreamContext, consumer: Consumer) -> str:
    wanted = _consumer_config(consumer)
    try:
        present = (await jetstream.consumer_info(consumer.stream, consumer.durable)).config
    except NotFoundError:
        await jetstream.add_consumer(consumer.stream, wanted)
        return f"made consumer {consumer.durable}"
    drifted = _drift(asdict(wanted), asdict(present))
    if not drifted:
        return ""
    await jetstream.add_consumer(consumer.stream, wanted)
    return f"mended consumer {consumer.durable}: {', '.join(drifted)}"


def _drift(wanted: dict[str, object], present: dict[str, object]) -> list[str]:
    """The names of what we state and the server has otherwise; what we leave open may differ."""
    return [name for name, value in wanted.items() if value is not None and present[name] != value]


def _stream_config(stream: Stream) -> StreamConfig:
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        # A full stream makes the outbox wait; discarding the oldest would eat unread events.
        discard=DiscardPolicy.NEW,
        max_age=stream.max_age_days * DAY_SECONDS,
        max_bytes=stream.max_bytes or -1,
        max_msgs_per_subject=stream.max_per_subject or -1,
        max_msg_size=MAX_MESSAGE_BYTES,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        allow_direct=True,
    )


def _consumer_config(consumer: Consumer) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=consumer.durable,
        filter_subjects=list(consumer.subjects),
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=MAX_DELIVER,
        max_ack_pending=1 if consumer.in_order else MAX_ACK_PENDING,
    )


async def main(settings: Settings | None = None) -> None:
    """Declare against the bus of the settings and say what was done."""
    settings = settings or Settings()
    done = await declare(settings.nats_url, load_key_file(settings.home))
    sys.stdout.writelines(f"{line}\n" for line in done or ["streams and consumers are as declared"])


if __name__ == "__main__":
    asyncio.run(main())
