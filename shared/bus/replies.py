"""Answering: decode by type, one operation, reply; whatever is raised becomes a problem."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import BaseModel, ValidationError

from shared.bus.current import as_bytes, current
from shared.bus.requests import CORRELATION_HEADER, DEADLINE_HEADER, PROBLEM_HEADER
from shared.contracts.base import Request
from shared.errors import FieldError, Internal, Invalid, Problem
from shared.log import correlated, logger

if TYPE_CHECKING:
    from shared.bus.connection import Bus

log = logger("bus")
Operation = Callable[[Any], Awaitable[BaseModel]]
IN_FLIGHT = 64
REPLY_ROOT = "_INBOX_"


def answer(bus: "Bus", wanted: type[Request[Any]], operation: Operation) -> None:
    """See Bus.answer. Requests of one type are worked on side by side, at most IN_FLIGHT."""
    places = asyncio.Semaphore(IN_FLIGHT)

    async def door(body: bytes) -> None:
        message = current.get()
        await places.acquire()
        bus.work(_answer(bus, wanted, operation, message, body, places))

    subscriber = bus.broker.subscriber(
        wanted.nats_subject(), queue=bus.service, no_reply=True, decoder=as_bytes
    )
    subscriber(door)


async def _answer(  # noqa: PLR0913, PLR0917
    bus: "Bus",
    wanted: type[Request[Any]],
    operation: Operation,
    message: Any,  # noqa: ANN401
    body: bytes,
    places: asyncio.Semaphore,
) -> None:
    headers = message.headers
    # `allow_responses` would let a caller have us publish our own event: only inboxes get replies.
    if not message.reply_to.startswith(REPLY_ROOT):
        log.warning("refused to reply", to=message.reply_to, request=wanted.__name__)
        places.release()
        return
    try:
        if float(headers.get(DEADLINE_HEADER, "inf")) < time.time():
            return
        with correlated(headers.get(CORRELATION_HEADER, "")):
            payload, problem = await _do(wanted, operation, body)
        await bus.broker._connection.publish(  # type: ignore[union-attr]  # noqa: SLF001
            message.reply_to, payload, headers={PROBLEM_HEADER: problem} if problem else None
        )
    except Exception:
        log.exception("a reply was not sent", request=wanted.__name__)
    finally:
        places.release()


async def _do(wanted: type[Request[Any]], operation: Operation, body: bytes) -> tuple[bytes, str]:
    try:
        reply = await operation(wanted.model_validate_json(body))
        return reply.model_dump_json().encode(), ""
    except ValidationError as error:
        problem: Problem = invalid(error)
    except Problem as error:
        problem = error
    except Exception:
        log.exception("an operation failed", request=wanted.__name__)
        problem = Internal("The operation failed; the log has the reason.")
    return orjson.dumps(problem.to_dict()), problem.code


def invalid(error: ValidationError) -> Invalid:
    """What pydantic says, field by field, without repeating what was sent."""
    fields = [
        FieldError(
            field=".".join(str(part) for part in one["loc"]),
            message=one["msg"].removeprefix("Value error, "),
        )
        for one in error.errors(include_url=False, include_input=False)
    ]
    said = "; ".join(f"{one['field']}: {one['message']}" for one in fields)
    return Invalid(said or "The request is not valid.", errors=fields)
