"""The embedded NATS server: where its binary is, how it is called, when it is ready."""

import asyncio
import sys
from pathlib import Path

import nats
from nats.errors import Error as NatsError

from shared.keyfile import nats_seed
from shared.topology import ADMIN, inbox_prefix

READY_SECONDS = 15.0
POLL_SECONDS = 0.05


def nats_command(config: Path) -> list[str]:
    """The server of the wheel lies beside our Python."""
    return [str(Path(sys.executable).parent / "nats-server"), "-c", str(config)]


async def wait_for_nats(url: str, key: bytes) -> None:
    """Return as soon as the admin can speak to JetStream; raises TimeoutError after 15 s."""
    async with asyncio.timeout(READY_SECONDS):
        while not await _answers(url, key):  # noqa: ASYNC110 -- only asking tells
            await asyncio.sleep(POLL_SECONDS)


async def _answers(url: str, key: bytes) -> bool:
    try:
        connection = await nats.connect(
            url,
            nkeys_seed_str=nats_seed(key, ADMIN),
            inbox_prefix=inbox_prefix(ADMIN),
            connect_timeout=2,
            allow_reconnect=False,
            error_cb=_quiet,
        )
    except (NatsError, OSError):
        return False
    try:
        await connection.jetstream(timeout=2).account_info()
    except (NatsError, OSError):
        return False
    finally:
        await connection.close()
    return True


async def _quiet(_: Exception) -> None:
    """A refused connection is what we are waiting out."""
