"""Processes forked by a server of forks, which has imported what they run (ADR 0026)."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from infra.processes import spawn
from services.supervisor.child import Command
from shared.log import logger

log = logger("supervisor")
CAN_FORK = sys.platform == "linux"
MODULE = "services.supervisor.forkserver"
# OpenBLAS starts threads when it is imported, and threads are not forked.
ALONE = {"OPENBLAS_NUM_THREADS": "1"}


class ForkServer:
    """Held open while the platform runs, with these modules imported; begun anew when it died."""

    def __init__(self, output: Path, modules: Sequence[str]) -> None:
        self._output = output
        self._modules = modules
        self._channel: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def begin(self) -> None:
        """Let it import, which takes seconds. OSError when it cannot be started."""
        async with self._turn:
            await self._opened()

    async def fork(self, command: Command) -> "Fork":
        """Start a command that is a module of ours. OSError when it cannot be."""
        command.log.parent.mkdir(parents=True, exist_ok=True)
        pid = await self._ask(
            module=command.module,
            environment=dict(command.environment),
            log=str(command.log.resolve()),
        )
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        try:
            return Fork(pid, self)
        except OSError:
            # Nobody would look after it.
            os.kill(pid, signal.SIGKILL)
            await self.reap(pid)
            raise

    async def reap(self, pid: int) -> int:
        """The exit code of one that has ended."""
        try:
            return await self._ask(pid=pid)
        except OSError:
            # Who dies with its server is killed.
            return -signal.SIGKILL

    async def close(self) -> None:
        """End it; what it has forked is to have ended before."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            await self._process.wait()

    async def _ask(self, **request: Any) -> int:  # noqa: ANN401
        async with self._turn:
            channel, loop = await self._opened(), asyncio.get_running_loop()
            try:
                await loop.sock_sendall(channel, json.dumps(request).encode())
                if not (answer := await loop.sock_recv(channel, 64)):
                    raise ConnectionResetError("the server of forks has died")
            except OSError as error:
                log.warning("no fork", reason=str(error))
                channel.close()
                self._channel = None
                raise
            return int(answer)

    async def _opened(self) -> socket.socket:
        if self._channel is None:
            self._channel = await self._connected()
        return self._channel

    async def _connected(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            words = [sys.executable, "-m", MODULE, str(theirs.fileno()), *self._modules]
            try:
                self._process = await spawn(
                    words, self._output, environment=ALONE, pass_fds=(theirs.fileno(),)
                )
            except OSError:
                ours.close()
                raise
        return ours


class Fork:
    """One process that was forked, as `asyncio.subprocess.Process` is one that was spawned."""

    def __init__(self, pid: int, server: ForkServer) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._server = server
        self._file = os.pidfd_open(pid)

    async def wait(self) -> int:
        """Until it has ended; its exit code."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        loop.add_reader(self._file, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._file)
        self.returncode = await self._server.reap(self.pid)
        os.close(self._file)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """To this process and no other that has its pid since."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._file, number)
