"""What every request passes first: its correlation id, its resources, its count and its time."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.forms.reading import LIMIT
from services.web.resources import ARRIVED, STATE, Resources
from shared.errors import TooLarge
from shared.log import correlated, logger
from shared.telemetry import doors

log = logger("web")
DOOR = "web"
# Bytes of data go to the data door; what comes here is forms and JSON.
LARGEST_BODY = 1024 * 1024
# A sender who is still sending when the connection ends may never read the answer (RFC 9112 §9.6),
# so what nobody wanted of a body is drained before it: so much, and for so long.
DRAIN_BYTES, DRAIN_SECONDS = 16 * LARGEST_BODY, 2.0
CORRELATION = b"x-correlation-id"
CLOSING = (b"connection", b"close")
PLAIN_FAILURE = b"Something went wrong here."


@dataclass(frozen=True)
class Entrance:
    """Pure ASGI. Whatever fails below and was not answered is answered here, and logged."""

    app: ASGIApp
    resources: Resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started, status = time.perf_counter(), 0
        body = Body(receive, scope, is_whole=not _has_body(scope))

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = [(CORRELATION, correlation.encode())]
                # The rest of the body is not read, so the connection cannot be used again.
                more += [CLOSING] if status == TooLarge.status else []
                message["headers"] = [*message["headers"], *more]
                await body.drain()
            await send(message)

        scope[STATE], scope[LIMIT] = self.resources, LARGEST_BODY
        scope[ARRIVED] = time.time()
        scope.setdefault("raw_path", scope["path"].encode())
        with correlated() as correlation:
            try:
                await self.app(scope, body.limited, sending)
            except Exception:
                log.exception("a request failed", path=scope["path"])
                if not status:
                    await _fail(sending)
        doors[DOOR].note(scope["method"], status, time.perf_counter() - started)


@dataclass
class Body:
    """What is received of a request; `is_whole` once nothing more comes."""

    receive: Receive
    scope: Scope
    is_whole: bool
    received: int = 0

    async def limited(self) -> Message:
        """The next message; raises TooLarge over the limit in `scope`, without one never."""
        message = await self._next()
        if LIMIT in self.scope and self.received > self.scope[LIMIT]:
            raise TooLarge(f"A body may have {self.scope[LIMIT] // 1024} KB.")
        return message

    async def drain(self) -> None:
        """Receive what is left and keep none of it; who waits to be asked for it is not asked."""
        if not self.received and b"expect" in dict(self.scope["headers"]):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.is_whole and self.received < DRAIN_BYTES:
                    await self._next()

    async def _next(self) -> Message:
        message = await self.receive()
        self.received += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        return message


def _has_body(scope: Scope) -> bool:
    told = dict(scope["headers"])
    return b"transfer-encoding" in told or told.get(b"content-length", b"0") != b"0"


async def _fail(send: Send) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": PLAIN_FAILURE})
