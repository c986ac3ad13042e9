"""The message that is being taken, for the door that takes it.

FastStream's own injection hops through a thread for each parameter, which costs more than the work.
"""

from contextvars import ContextVar
from typing import Any

from faststream import BaseMiddleware
from faststream.nats.message import NatsMessage

current: ContextVar[NatsMessage] = ContextVar("current")


class Current(BaseMiddleware[Any, Any]):
    """Makes the message known for as long as it is being taken."""

    async def consume_scope(self, call_next: Any, msg: Any) -> Any:  # noqa: ANN401
        """Called by FastStream round every door."""
        current.set(msg)
        return await call_next(msg)


async def as_bytes(message: Any) -> bytes:  # noqa: ANN401
    """A decoder that leaves the body to the door, which knows its type."""
    body: bytes = message.body
    return body
