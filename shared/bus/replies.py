"""Answering: decode by type, one operation, reply; whatever is raised becomes a problem.

On the plain NATS client: FastStream's pipeline costs four times the request itself.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson
from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError

from shared.bus.requests import CORRELATION_HEADER, DEADLINE_HEADER, LINE_END, PROBLEM_HEADER
from shared.contracts.base import Carrying, Request
from shared.errors import Internal, Problem
from shared.fields import not_valid
from shared.log import correlated, logger
from shared.telemetry import requests_answered

if TYPE_CHECKING:
    from shared.bus.connection import Bus

log = logger("bus")
Operation = Callable[[Any], Awaitable[BaseModel]]
IN_FLIGHT = 64
REPLY_ROOT = "_INBOX_"


def door_for(
    bus: "Bus", wanted: type[Request[Any]], operation: Operation
) -> Callable[[Msg], Awaitable[None]]:
    """What takes requests of one type: side by side, at most IN_FLIGHT of them."""
    places = asyncio.Semaphore(IN_FLIGHT)

    async def work(message: Msg) -> None:
        try:
            await _answer(wanted, operation, message)
        finally:
            places.release()

    async def door(message: Msg) -> None:
        # `allow_responses` would let a caller have us publish our own event: only inboxes.
        if not message.reply.startswith(REPLY_ROOT):
            log.warning("refused to reply", to=message.reply, request=wanted.__name__)
            return
        await places.acquire()
        bus.work(work(message))

    return door


async def _answer(wanted: type[Request[Any]], operation: Operation, message: Msg) -> None:
    headers = message.headers or {}
    if float(headers.get(DEADLINE_HEADER, "inf")) < time.time():
        return
    with correlated(headers.get(CORRELATION_HEADER, "")):
        payload, problem = await _do(wanted, operation, message.data)
    requests_answered.labels(wanted.operation(), problem or "done").inc()
    message.headers = {PROBLEM_HEADER: problem} if problem else None
    try:
        await message._client.publish(message.reply, payload, headers=message.headers)  # noqa: SLF001
    except Exception:
        log.exception("a reply was not sent", request=wanted.__name__)


async def _do(wanted: type[Request[Any]], operation: Operation, body: bytes) -> tuple[bytes, str]:
    try:
        reply = await operation(_read(wanted, body))
        return _payload(reply), ""
    except Problem as error:
        problem = error
    except Exception:
        log.exception("an operation failed", request=wanted.__name__)
        problem = Internal("The operation failed; the log has the reason.")
    return orjson.dumps(problem.to_dict()), problem.code


def _payload(reply: BaseModel) -> bytes:
    told = reply.model_dump_json().encode()
    return told + LINE_END + reply.carried if isinstance(reply, Carrying) else told


def _read(wanted: type[Request[Any]], body: bytes) -> Request[Any]:
    try:
        return wanted.model_validate_json(body)
    except ValidationError as error:
        raise not_valid(error) from error
