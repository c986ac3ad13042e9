"""A real NATS server on a free port, for tests that need one."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.nats.config import write_config
from infra.streams import declare
from shared.bus import Bus
from shared.keyfile import load_key_file, nats_seed
from shared.lifeline import tied_to_this_process
from shared.runtime import free_port

BINARY = Path(sys.executable).with_name("nats-server")


@dataclass
class NatsServer:
    """The server with our users and streams; may be killed and started again on its port."""

    home: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def key(self) -> bytes:
        """The key file's bytes, from which every client's seed is derived."""
        return load_key_file(self.home)

    def start(self) -> None:
        """Start and wait until it takes connections."""
        config = write_config(self.key, self.home, "127.0.0.1", self.port)
        self.process = subprocess.Popen(
            [str(BINARY), "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=tied_to_this_process(),  # noqa: PLW1509  (no threads yet)
        )

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def bus(self, service: str) -> Bus:
        """A connection with the rights of that service."""
        return Bus(self.url, service=service, seed=nats_seed(self.key, service))


async def declared(server: NatsServer) -> None:
    """Declare streams and consumers as soon as the server answers."""
    end = time.monotonic() + 10
    while True:
        try:
            await declare(server.url, server.key)
        except (OSError, TimeoutError):
            assert time.monotonic() < end, "the server did not start"
            await asyncio.sleep(0.05)
        else:
            return


async def listening(server: NatsServer) -> None:
    """Wait until the server takes connections."""
    end = time.monotonic() + 10
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        except OSError:
            assert time.monotonic() < end, "the server did not start"
            await asyncio.sleep(0.02)
        else:
            writer.close()
            await writer.wait_closed()
            return


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[NatsServer]:
    """A server with our streams, stopped at the end."""
    server = NatsServer(home)
    server.start()
    await listening(server)
    await declared(server)
    try:
        yield server
    finally:
        server.kill()


@asynccontextmanager
async def connected(bus: Bus) -> AsyncIterator[Bus]:
    """A bus whose doors are already named, connected and stopped at the end."""
    bus.start()
    await asyncio.wait_for(bus.started.wait(), 10)
    try:
        yield bus
    finally:
        await bus.stop()
