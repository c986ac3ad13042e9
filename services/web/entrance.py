"""What every request passes first: its correlation id, its resources, its count and its time."""

import time
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

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = [(CORRELATION, correlation.encode())]
                # The rest of the body is not read, so the connection cannot be used again.
                more += [CLOSING] if status == TooLarge.status else []
                message["headers"] = [*message["headers"], *more]
            await send(message)

        scope[STATE], scope[LIMIT] = self.resources, LARGEST_BODY
        scope[ARRIVED] = time.time()
        scope.setdefault("raw_path", scope["path"].encode())
        with correlated() as correlation:
            try:
                await self.app(scope, limited(receive, scope), sending)
            except Exception:
                log.exception("a request failed", path=scope["path"])
                if not status:
                    await _fail(sending)
        doors[DOOR].note(scope["method"], status, time.perf_counter() - started)


def limited(receive: Receive, scope: Scope) -> Receive:
    """The same body, that raises TooLarge over the limit in `scope`; without one it has none."""
    received = 0

    async def receiving() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if LIMIT in scope and received > scope[LIMIT]:
            raise TooLarge(f"A body may have {scope[LIMIT] // 1024} KB.")
        return message

    return receiving


async def _fail(send: Send) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": PLAIN_FAILURE})
