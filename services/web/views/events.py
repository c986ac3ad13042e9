"""Server-sent events: an open page is told that something changed, and fetches what it may see."""

import asyncio
from collections.abc import AsyncIterator

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.web.addresses import Place, is_slug
from services.web.live import Watcher
from services.web.resources import resources_of, visitor_of
from services.web.views.names import find_repository
from shared.errors import NotFound, Problem

HEARTBEAT_SECONDS = 15.0
# After a lost connection browsers wait this long before they try again.
RETRY = b"retry: 2000\n\n"
HEARTBEAT = b": still here\n\n"


async def events(request: Request) -> Response:
    """A stream for one repository, which the visitor must be able to read, now and all along."""
    account_id, _, repository_id = request.query_params.get("repository", "").partition("/")
    if not (is_slug(account_id) and is_slug(repository_id)):
        raise NotFound
    place = Place(account_id, repository_id)
    await find_repository(request, place)
    resources_of(request).live.admit(_address(request))
    return StreamingResponse(
        _stream(request, place),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _stream(request: Request, place: Place) -> AsyncIterator[bytes]:
    live = resources_of(request).live
    visitor = await visitor_of(request)
    names = (place.account_id, place.repository_id)
    with live.watching(names, _address(request), visitor.actor.account_uid) as watcher:
        yield RETRY
        while not live.closing:
            woken = await _wait(watcher)
            if (watcher.doubt or not woken) and not await _still(request, place):
                return
            watcher.doubt = False
            keys = watcher.take()
            yield HEARTBEAT if keys is None else _message(keys)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


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
