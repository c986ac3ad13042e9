"""Asking: one typed request, one typed reply or the problem that the owner raised."""

import asyncio
import time
from typing import TYPE_CHECKING

import orjson
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from shared.contracts.base import Carrying, Reply, Request
from shared.errors import Problem, Unavailable
from shared.log import correlation_id

if TYPE_CHECKING:
    from shared.bus.connection import Bus

CORRELATION_HEADER = "coop-correlation"
DEADLINE_HEADER = "coop-deadline"
PROBLEM_HEADER = "coop-problem"
LINE_END = b"\n"
RETRY_SECONDS = 0.05


async def ask(bus: "Bus", wanted: Request[Reply], timeout: float) -> Reply:  # noqa: ASYNC109
    """See Bus.request. What nobody was there to receive is sent again until the time is up."""
    message = await _send(bus, wanted, time.time() + timeout)
    if message.headers and PROBLEM_HEADER in message.headers:
        raise Problem.from_dict(orjson.loads(message.data))
    return _read(wanted.reply_type(), message.data)


def _read(kind: type[Reply], payload: bytes) -> Reply:
    if not issubclass(kind, Carrying):
        return kind.model_validate_json(payload)
    told, _, carried = payload.partition(LINE_END)
    return kind.model_validate_json(told).carrying(carried)


async def _send(bus: "Bus", wanted: Request[Reply], deadline: float) -> Msg:
    payload = wanted.model_dump_json().encode()
    headers = {DEADLINE_HEADER: f"{deadline:.3f}"}
    if correlation := correlation_id():
        headers[CORRELATION_HEADER] = correlation
    while True:
        left = deadline - time.time()
        try:
            return await bus.client.request(
                wanted.nats_subject(), payload, timeout=max(left, 0.001), headers=headers
            )
        except (NoRespondersError, Unavailable):
            if left < RETRY_SECONDS:
                raise Unavailable(f"{wanted.owner} does not answer at the moment.") from None
            await asyncio.sleep(RETRY_SECONDS)
        except (NatsError, TimeoutError):
            raise Unavailable(f"{wanted.owner} did not answer in time.") from None
