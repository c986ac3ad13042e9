"""One process that is kept alive until it is told to stop."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from infra.processes import spawn
from shared.log import logger

log = logger("supervisor")

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0
# Who lived this long has not died of its start, so the next death is a first one again.
HEALTHY_SECONDS = 5.0


@dataclass(frozen=True)
class Command:
    """What to start, and where its output goes; `module` where it is one of ours."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    module: str = ""


class Process(Protocol):
    """What is asked of one that was spawned or forked."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """None as long as it runs."""

    async def wait(self) -> int:
        """Until it has ended; its exit code."""

    def send_signal(self, signal: int, /) -> None:
        """As kill(2)."""


async def spawned(command: Command) -> Process:
    """As a program of its own. OSError when it cannot be started."""
    return await spawn(command.words, command.log, environment=command.environment)


class Child:
    """Holds one process; `deaths` counts those in a row, `reason` tells the last."""

    def __init__(
        self,
        command: Command,
        on_start: Callable[[], None] = lambda: None,
        begin: Callable[[Command], Awaitable[Process]] = spawned,
    ) -> None:
        self.command = command
        self.name = command.name
        self.deaths = 0
        self.reason = ""
        self._on_start = on_start
        self._begin = begin
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Of the process that runs now; 0 between two lives."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and alive else 0

    def start(self) -> None:
        """Keep it alive from now on."""
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def stop(self, patience_seconds: float) -> None:
        """Ask it to end; after the patience it is killed. Returns when it has gone."""
        self._stopping.set()
        if self._keeping is None:
            return
        self._signal(signal.SIGTERM)
        done, _ = await asyncio.wait({self._keeping}, timeout=patience_seconds)
        if not done:
            log.warning("killed", child=self.name, reason=f"not gone in {patience_seconds} s")
            self.kill()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeping

    def kill(self) -> None:
        """End it at once, for good."""
        self._stopping.set()
        self._signal(signal.SIGKILL)

    async def _keep(self) -> None:
        while not self._stopping.is_set():
            await self._live_once()
            if not self._stopping.is_set():
                await self._wait_a_while()

    async def _live_once(self) -> None:
        born = time.monotonic()
        try:
            self._process = await self._begin(self.command)
        except OSError as error:
            self.reason = f"it cannot be started: {error}"
        else:
            if self._stopping.is_set():
                self._signal(signal.SIGTERM)
            self._on_start()
            self.reason = describe_exit(await self._process.wait())
        lived = time.monotonic() - born
        self.deaths = 1 if lived >= HEALTHY_SECONDS else self.deaths + 1

    async def _wait_a_while(self) -> None:
        pause = wait_before(self.deaths)
        log.warning("restarting", child=self.name, reason=self.reason, after_seconds=pause)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), pause)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


def wait_before(deaths: int) -> float:
    """Seconds before the next life: 0.1 after the first death, doubling up to 5."""
    return min(FIRST_WAIT_SECONDS * 2.0 ** min(deaths - 1, 16), LONGEST_WAIT_SECONDS)


def describe_exit(code: int) -> str:
    """`exit code 1` or `killed by SIGKILL`."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
