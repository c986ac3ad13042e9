"""Our end of one worker, and of the process that forks them."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from services.indexer.mirrors import DATA
from services.indexer.sandbox.wire import FACTS, FRAME, MAX_LIST_BYTES, MAX_REPLY_BYTES, frame
from shared.confinement.limits import Limits

ROOT = Path(__file__).parents[3]
CHILD = "services.indexer.sandbox.child"
START_SECONDS = 60.0
STOP_SECONDS = 5.0
# Over the worker's own alarm, so that it is the alarm that ends it.
GRACE_SECONDS = 2.0
# Nothing of ours reaches the child by its environment.
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PROJ_NETWORK": "OFF",
    # GDAL, where it is there, is told which driver to open a file with. These it does not have.
    "GDAL_SKIP": "VRT DERIVED GTI STACIT STACTA WMS WCS WMTS HTTP EEDA EEDAI PLMOSAIC OGCAPI",
    "GDAL_DRIVER_PATH": "disable",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # numpy would start a thread for each processor, and what has threads cannot be forked safely.
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class WorkerLost(Exception):
    """The worker ended, hung or talked nonsense, `seconds` after it was asked; use it no more."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(f"after {seconds:.3f} s")
        self.seconds = seconds


class Worker:
    """One confined process. It is asked one thing at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._pidfd = -1
        self.is_isolated = False
        # True while an answer is due: whoever is interrupted then leaves it out of step.
        self.is_busy = True
        self.parses = 0

    async def greet(self) -> None:
        """Wait until it is ready."""
        hello = await self._answer(START_SECONDS)
        self.is_isolated = bool(hello.get("is_isolated"))
        with contextlib.suppress(OSError):
            self._pidfd = os.pidfd_open(int(hello.get("pid", 0)))

    async def ask(self, header: dict[str, Any], raw: bytes, seconds: float) -> dict[str, Any]:
        """Send a message and wait for the answer. Raises WorkerLost."""
        self.is_busy = True
        asked = time.monotonic()
        try:
            self._writer.write(frame(header, raw))
            await self._writer.drain()
            return await self._answer(seconds + GRACE_SECONDS)
        except (OSError, WorkerLost) as error:
            raise WorkerLost(time.monotonic() - asked) from error

    async def _answer(self, seconds: float) -> dict[str, Any]:
        try:
            async with asyncio.timeout(seconds):
                header_length, raw_length = FRAME.unpack(await self._reader.readexactly(FRAME.size))
                if header_length > MAX_LIST_BYTES or raw_length:
                    raise WorkerLost
                found = orjson.loads(await self._reader.readexactly(header_length))
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            raise WorkerLost from error
        if not isinstance(found, dict) or (header_length > MAX_REPLY_BYTES and _is_long(found)):
            raise WorkerLost
        self.is_busy = False
        return found

    async def close(self) -> None:
        """End it, whatever it is doing."""
        if self._pidfd >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.close(self._pidfd)
            self._pidfd = -1
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


def _is_long(found: dict[str, Any]) -> bool:
    """Whether it says too much beside the items of a list, or a piece of a table."""
    facts = found.get(FACTS)
    if isinstance(facts, dict):
        found = {**found, FACTS: {**facts, "stac": None}}
    found = {**found, DATA: None}
    return len(orjson.dumps(found)) > MAX_REPLY_BYTES


class Nursery:
    """The process that forks workers, held open: it starts when it is needed, anew when it is gone.

    Whatever workers are for, they share the libraries that it has loaded.
    """

    def __init__(self, limits: Limits, module: str = CHILD) -> None:
        self.limits = limits
        self.module = module
        self._process: Process | None = None
        self._control: socket.socket | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def fork(self) -> Worker:
        """A fresh worker. Raises WorkerLost where none can be made."""
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()
            try:
                worker = await self._fork()
            except WorkerLost:
                # It died a moment ago, and nobody but its socket has told us yet.
                await self._start()
                worker = await self._fork()
        try:
            await worker.greet()
        except BaseException:
            await worker.close()
            raise
        return worker

    async def _fork(self) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                if self._control is not None:
                    socket.send_fds(self._control, [b"F"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise WorkerLost from error
        ours.setblocking(False)
        return Worker(*await asyncio.open_unix_connection(sock=ours))

    async def _start(self) -> None:
        await self.close()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-s",
                "-m",
                self.module,
                str(theirs.fileno()),
                orjson.dumps(asdict(self.limits)).decode(),
                str(os.getpid()),
                cwd=ROOT,
                env=ENVIRONMENT,
                stdin=DEVNULL,
                stdout=DEVNULL,
                pass_fds=(theirs.fileno(),),
            )

    async def close(self) -> None:
        """End it; its workers end with it."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
            self._process = None
