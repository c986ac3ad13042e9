"""Server-sent events: an open page is told that something changed, and fetches what it may see."""

import asyncio
from collections.abc import AsyncIterator

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.web.addresses import Place, is_slug
from services.web.live import Watcher
from services.web.resources import resources_of, visitor_of
from services.web.security.callers import address_of
from services.web.views.names import find_repository
from shared.errors import NotFound, Problem

HEARTBEAT_SECONDS = 15.0
# After a lost connection browsers wait this long before they try again.
RETRY = b"retry: 2000\n\n"
HEARTBEAT = b": still here\n\n"
HEADERS = {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}


async def events(request: Request) -> Response:
    """A stream for one repository, which the visitor must be able to read, now and all along."""
    account_id, _, repository_id = request.query_params.get("repository", "").partition("/")
    if not (is_slug(account_id) and is_slug(repository_id)):
        raise NotFound
    place = Place(account_id, repository_id)
    await find_repository(request, place)
    return EventStream(request, place)


class EventStream(Response):
    """Takes its place among the watchers before the first byte, and leaves it after the last."""

    def __init__(self, request: Request, place: Place) -> None:
        self.request = request
        self.place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = await visitor_of(self.request)
        live = resources_of(self.request).live
        names = (self.place.account_id, self.place.repository_id)
        uid = visitor.actor.account_uid
        with live.watching(names, _address(self.request), uid) as watcher:
            told = _told(self.request, self.place, watcher)
            await StreamingResponse(told, headers=HEADERS)(scope, receive, send)


async def _told(request: Request, place: Place, watcher: Watcher) -> AsyncIterator[bytes]:
    live = resources_of(request).live
    yield RETRY
    while not live.closing:
        woken = await _wait(watcher)
        if (watcher.doubt or not woken) and not await _still(request, place):
            return
        watcher.doubt = False
        keys = watcher.take()
        yield HEARTBEAT if keys is None else _message(keys)


def _address(request: Request) -> str:
    return address_of(request, resources_of(request).settings.web.trusted_proxies)


async def _wait(watcher: Watcher) -> bool:
    """Whether something happened before the next heartbeat is due."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            await watcher.woken.wait()
    except TimeoutError:
        return False
    return True


async def _still(request: Request, place: Place) -> bool:
    """Whether the visitor, looked up anew, may still read the repository."""
    request.scope.pop("coop.visitor", None)
    try:
        await find_repository(request, place)
    except NotFound:
        return False
    except Problem:
        # Nobody can say: the page keeps what it has, and asks for anything new by itself.
        return True
    return True


def _message(keys: list[str]) -> bytes:
    return b"event: changed\ndata: " + orjson.dumps({"keys": keys}) + b"\n\n"
