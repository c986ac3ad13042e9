"""An application at an address, for as long as it is entered."""

import asyncio
import ssl
from typing import Self

from shared.http1.connection import Application, Connection

BACKLOG = 1024
SWEEP_SECONDS = 5.0
HEAD_SECONDS, IDLE_SECONDS, STUCK_SECONDS = 30.0, 75.0, 300.0


class Listener:
    """`async with Listener(...)`: OSError where the address is taken. `tls` is None for plain HTTP.

    Several processes may listen at one, and the kernel gives each its share. On leaving nothing new
    is taken in; requests under way get `stop_seconds` to end.
    """

    def __init__(
        self, application: Application, host: str, port: int, *, stop_seconds: float
    ) -> None:
        self.application = application
        self.host = host
        self.port = port
        self.stop_seconds = stop_seconds
        self.tls: ssl.SSLContext | None = None
        self.connections: set[Connection] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self.application, self.connections),
            self.host,
            self.port,
            backlog=BACKLOG,
            reuse_port=True,
            ssl=self.tls,
        )
        self._sweeping = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._sweeping.cancel()
        self._server.close()
        under_way = [connection.leave() for connection in self.connections]
        if under_way:
            await asyncio.wait(under_way, timeout=self.stop_seconds)
        for connection in list(self.connections):
            connection.transport.abort()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for connection in list(self.connections):
                connection.expire(HEAD_SECONDS, IDLE_SECONDS, STUCK_SECONDS)
