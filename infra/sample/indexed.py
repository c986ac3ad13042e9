"""Waits until the indexer has taken in what was uploaded: no half-empty page for the first look."""

import asyncio

import nats
from nats.js import JetStreamContext

from shared.keyfile import nats_seed
from shared.topology import ADMIN, CONSUMERS, DATA, inbox_prefix

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2
CREATED = ".object_created"


async def wait_until_indexed(url: str, key: bytes, objects: int) -> bool:
    """Whether all events of `objects` new objects were taken within a minute."""
    connection = await nats.connect(
        url, nkeys_seed_str=nats_seed(key, ADMIN), inbox_prefix=inbox_prefix(ADMIN)
    )
    try:
        jetstream = connection.jetstream(timeout=5)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await _all_taken(jetstream, objects):  # noqa: ASYNC110 -- only asking tells
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        return False
    finally:
        await connection.close()
    return True


async def _all_taken(jetstream: JetStreamContext, objects: int) -> bool:
    info = await jetstream.stream_info(DATA.name, subjects_filter="coop.v1.storage.>")
    counts = info.state.subjects or {}
    if sum(count for subject, count in counts.items() if subject.endswith(CREATED)) < objects:
        return False
    waiting = [
        await jetstream.consumer_info(one.stream, one.durable)
        for one in CONSUMERS
        if one.service == "indexer"
    ]
    return not any(one.num_pending or one.num_ack_pending for one in waiting)
