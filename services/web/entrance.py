"""What every request passes first: its correlation id, its resources, its count and its time."""

import re
import time
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.resources import STATE, Resources
from shared.errors import TooLarge
from shared.log import correlated, logger
from shared.telemetry import doors

log = logger("web")
DOOR = "web"
# Bytes of data go to the data door; what comes here is forms and JSON.
LARGEST_BODY = 1024 * 1024
# But for pictures of accounts, which are redrawn before they are anybody's data.
AVATAR = re.compile(r"/(?:-|api/v1/accounts)/[^/]+/avatar")
CORRELATION = b"x-correlation-id"
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
                message["headers"] = [*message["headers"], (CORRELATION, correlation.encode())]
            await send(message)

        scope[STATE] = self.resources
        scope.setdefault("raw_path", scope["path"].encode())
        with correlated() as correlation:
            try:
                await self.app(scope, limited(receive, self._largest(scope["path"])), sending)
            except Exception:
                log.exception("a request failed", path=scope["path"])
                if not status:
                    await _fail(sending)
        doors[DOOR].note(scope["method"], status, time.perf_counter() - started)

    def _largest(self, path: str) -> int:
        more = self.resources.settings.storage.avatar_bytes if AVATAR.fullmatch(path) else 0
        return LARGEST_BODY + more


def limited(receive: Receive, largest: int = LARGEST_BODY) -> Receive:
    """The same body, that raises TooLarge where it grows over the limit."""
    received = 0

    async def receiving() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > largest:
            raise TooLarge(f"A body may have {largest // 1024} KB.")
        return message

    return receiving


async def _fail(send: Send) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": PLAIN_FAILURE})
