"""Waits until the indexer has taken in what was uploaded: no half-empty page for the first look."""

import asyncio

from nats.js import JetStreamContext

from infra.bus_admin import admin_jetstream
from shared.topology import CONSUMERS, DATA

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2
CREATED = ".object_created"


async def wait_until_indexed(url: str, key: bytes, objects: int) -> bool:
    """Whether all events of `objects` new objects were taken within a minute."""
    try:
        async with admin_jetstream(url, key) as jetstream, asyncio.timeout(PATIENCE_SECONDS):
            while not await _all_taken(jetstream, objects):  # noqa: ASYNC110 -- only asking tells
                await asyncio.sleep(PAUSE_SECONDS)
    except TimeoutError:
        return False
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
