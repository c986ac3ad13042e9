"""How one service runs: our own loop and signals, its doors, an ops port beside them.

Order of starting: what is held open, then the doors. Order of stopping: not ready, doors, what is
held open. A second signal does not hurry it: the supervisor has the last word.
"""

import asyncio
import contextlib
import gc
import signal
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any

import orjson
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from shared import telemetry
from shared.certificates import CertificateError
from shared.errors import Problem
from shared.http1 import Listener
from shared.keyfile import KeyFileError
from shared.log import configure, logger
from shared.settings import Settings

log = logger("runtime")
DOOR_STOP_SECONDS = 4.0
AGAIN_SECONDS = 1.0
# A page of a listing alone makes thousands of objects, none of them garbage that waits to be found.
GC_THRESHOLDS = (20_000, 20, 50)

ASGI = Callable[[Any, Any, Any], Awaitable[None]]
Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Door:
    """A public HTTP door: an ASGI application and where it listens.

    `is_for_bytes`: it moves files, and is served by shared.http1 and not by granian (ADR 0009);
    only such a one speaks TLS.
    """

    application: ASGI
    host: str
    port: int
    tls: ssl.SSLContext | None = None
    is_for_bytes: bool = False


@dataclass(frozen=True)
class Opened:
    """A service with everything it holds open: what must be well, and its public doors if any.

    `stopping` is called before the doors close: answers that stream for ever end there. `beside`
    answers on the ops port wherever health and metrics do not.
    """

    checks: Mapping[str, Check] = field(default_factory=dict)
    doors: Sequence[Door] = ()
    stopping: Callable[[], None] = lambda: None
    beside: ASGI | None = None


@dataclass(frozen=True)
class App:
    """A service before it runs. `opened` holds its resources open for as long as it is entered."""

    service: str
    settings: Settings
    ops_port: int
    opened: Callable[[], AbstractAsyncContextManager[Opened]]


def run(app: App) -> int:
    """Run a service until a signal; the exit code."""
    configure(app.settings.log, service=app.service)
    return uvloop.run(serve(app))


async def serve(app: App) -> int:
    """As `run`, inside a loop that is there already."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with AsyncExitStack() as stack:
            opened = await stack.enter_async_context(app.opened())
            ops = _Ops(app.service, opened, stop)
            port = app.ops_port or free_port()
            await stack.enter_async_context(_served(Door(ops, app.settings.listen, port), stop))
            for door in opened.doors:
                serving = _listening if door.is_for_bytes else _served
                await stack.enter_async_context(serving(door, stop))
            log.info("started", service=app.service, ops=port)
            _look_for_garbage_seldom()
            await stop.wait()
            opened.stopping()
    except (PortTakenError, CertificateError, KeyFileError) as error:
        log.error("not started", reason=str(error))  # noqa: TRY400  (one sentence, no traceback)
        return 1
    return 0


def _look_for_garbage_seldom() -> None:
    """What is there now stays: each look through all of it would hold up whoever asks meanwhile."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


class PortTakenError(Exception):
    """The address of a door is not free."""


@contextlib.asynccontextmanager
async def _listening(door: Door, _: asyncio.Event) -> AsyncIterator[None]:
    listener = Listener(door.application, door.host, door.port, stop_seconds=DOOR_STOP_SECONDS)
    listener.tls = door.tls
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(listener)
        except OSError as error:
            raise PortTakenError(
                f"{door.host}:{door.port} cannot be listened on: {error}"
            ) from error
        yield


@contextlib.asynccontextmanager
async def _served(door: Door, stop: asyncio.Event) -> AsyncIterator[None]:
    server = Server(
        door.application,
        address=door.host,
        port=door.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=30_000),
        websockets=False,
        backlog=1024,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    serving.add_done_callback(lambda _: stop.set())
    await asyncio.sleep(0)
    if serving.done():
        raise PortTakenError(
            f"{door.host}:{door.port} cannot be listened on: {serving.exception()}"
        )
    try:
        yield
    finally:
        await _stop(server, serving)


async def _stop(server: Server, serving: "asyncio.Task[None]") -> None:
    """Let requests end, but do not wait for ever for those that stream."""
    server.stop()  # type: ignore[no-untyped-call]
    done, _ = await asyncio.wait({serving}, timeout=DOOR_STOP_SECONDS)
    if not done:
        serving.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await serving


class _Ops:
    """/healthz, /readyz and /metrics of one process."""

    def __init__(self, service: str, opened: Opened, stop: asyncio.Event) -> None:
        self.service = service
        self.checks = opened.checks
        self.beside = opened.beside
        self.stop = stop

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        match scope["path"]:
            case "/healthz":
                await respond(send, 200, orjson.dumps({"service": self.service}))
            case "/readyz":
                reasons = await self._reasons()
                body = {"service": self.service, "ready": not reasons, "reasons": reasons}
                await respond(send, 503 if reasons else 200, orjson.dumps(body))
            case "/metrics":
                body_bytes, media_type = telemetry.exposition()
                await respond(send, 200, body_bytes, media_type)
            case _ if self.beside is not None:
                await self.beside(scope, receive, send)
            case _:
                await respond(send, 404, b'{"detail": "healthz, readyz or metrics"}')

    async def _reasons(self) -> dict[str, str]:
        """Why this process is not ready, by check; empty when it is."""
        if self.stop.is_set():
            return {"stopping": "this process is on its way out"}
        reasons = {}
        for name, check in self.checks.items():
            try:
                await check()
            except Problem as problem:
                reasons[name] = problem.detail
        return reasons


async def respond(
    send: Any,  # noqa: ANN401
    status: int,
    body: bytes,
    media_type: str = "application/json",
    more: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    """A whole small ASGI answer; `more` are further headers."""
    headers = [
        *more,
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on at this moment."""
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.asynccontextmanager
async def going(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Work that goes on beside everything else, until the end of the process.

    What it fails of is logged, and it begins anew a moment later: nobody would miss a loop that has
    died, and its process looks well.
    """
    task = asyncio.create_task(_again_and_again(work))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await work()
        except Exception:
            log.exception("work that goes on has failed; it begins anew", work=repr(work))
            await asyncio.sleep(AGAIN_SECONDS)
