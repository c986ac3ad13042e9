"""A connection to the bus with the admin's rights, for the commands of this folder."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.js import JetStreamContext

from shared.keyfile import nats_seed
from shared.topology import ADMIN, inbox_prefix

ANSWER_SECONDS = 10.0


@asynccontextmanager
async def admin_jetstream(url: str, key: bytes) -> AsyncIterator[JetStreamContext]:
    """JetStream as the admin; a short outage is waited out."""
    connection = await nats.connect(
        url,
        name=ADMIN,
        nkeys_seed_str=nats_seed(key, ADMIN),
        inbox_prefix=inbox_prefix(ADMIN),
        connect_timeout=5,
        max_reconnect_attempts=5,
        reconnect_time_wait=0.5,
        error_cb=_quiet,
    )
    try:
        yield connection.jetstream(timeout=ANSWER_SECONDS)
    finally:
        await connection.close()


async def _quiet(_: Exception) -> None:
    """What goes wrong is told by the call that it goes wrong for."""
