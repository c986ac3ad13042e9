"""The rate at which one caller may ask: counted once a request, told with every answer."""

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.resources import resources_of
from services.web.security.callers import counted_as
from services.web.security.rates import Standing
from services.web.session.visitor import Visitor
from shared.errors import TooManyRequests

STANDING = "coop.standing"


def count(request: Request, visitor: Visitor) -> None:
    """By access key or account, by address where there is neither. TooManyRequests over the rate.

    Whose credential is refused counts by address, so that nobody uses up what is another's.
    """
    edge = resources_of(request)
    name = visitor.access_key_id or visitor.actor.uid
    if name:
        standing = edge.asked_by_caller.take(name)
    else:
        address = counted_as(request, edge.settings.web.trusted_proxies)
        standing = edge.asked_by_address.take(address)
    request.scope[STANDING].append(standing)
    if standing.left < 0:
        raise TooManyRequests(
            f"More than {standing.quota} requests in a minute.",
            retry_after_seconds=standing.ends_in_seconds,
        )


@dataclass(frozen=True)
class Rates:
    """Pure ASGI: how a caller stands is told with every answer, also with a refusal."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        standings: list[Standing] = []
        scope[STANDING] = standings

        async def send_with_standing(message: Message) -> None:
            if message["type"] == "http.response.start" and standings:
                MutableHeaders(scope=message).update(standings[-1].headers)
            await send(message)

        await self.app(scope, receive, send_with_standing)
