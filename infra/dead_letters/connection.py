"""JetStream as the admin, for as long as a command runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.js import JetStreamContext

from shared.keyfile import nats_seed
from shared.topology import ADMIN, inbox_prefix


@asynccontextmanager
async def administrating(url: str, key: bytes) -> AsyncIterator[JetStreamContext]:
    """Raises OSError or a NATS error where the server does not answer within 5 s."""
    connection = await nats.connect(
        url,
        name=ADMIN,
        nkeys_seed_str=nats_seed(key, ADMIN),
        inbox_prefix=inbox_prefix(ADMIN),
        connect_timeout=5,
        allow_reconnect=False,
        # Else the first connection alone is tried for two minutes.
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        error_cb=_raised_anyway,
    )
    try:
        yield connection.jetstream(timeout=10)
    finally:
        await connection.close()


async def _raised_anyway(_: Exception) -> None:
    """The call that fails says so itself."""
