"""Server-sent events: an open page is told that something changed, and fetches what it may see."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.web.addresses import Place, is_slug
from services.web.live import Live, MayRead, Watcher
from services.web.resources import ARRIVED, resources_of, visitor_of
from services.web.security.callers import counted_as
from services.web.session.visitor import Visitor
from services.web.views.names import Moved, find_repository
from shared.contracts.repositories import Repository
from shared.errors import Invalid, NotFound, Problem
from shared.policy import ANONYMOUS_PRINCIPAL, Action, may, repository_resource, sees

HEARTBEAT_SECONDS = 15.0
# Kratos tells nobody of a session that ends: who watches what is hidden is looked up this often.
SESSION_SECONDS = 1.0
# Figures are added up so long after the change they count; clocks of processes differ by less.
SETTLING_SECONDS = 2.0
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
    place, since = Place(account_id, repository_id), _since(request)
    try:
        return EventStream(request, place, await find_repository(request, place), since)
    except Moved as moved:
        return RedirectResponse(f"/-/events?repository={moved.name}&since={since:.3f}")


def events_of(request: Request, repository: Repository) -> str:
    """Where the page that is being made hears what changes from now on."""
    since = request.scope[ARRIVED] - SETTLING_SECONDS
    return f"/-/events?repository={repository.full_name}&since={since:.3f}"


def _since(request: Request) -> float:
    """The moment a page was made, in seconds since 1970; now, where it does not say."""
    try:
        return float(request.query_params.get("since") or request.scope[ARRIVED])
    except ValueError:
        raise Invalid("`since` is a number of seconds since 1970.") from None


class EventStream(Response):
    """Takes its place among the watchers before the first byte, and leaves it after the last."""

    def __init__(
        self, request: Request, place: Place, repository: Repository, since: float
    ) -> None:
        self.request = request
        self.place = place
        self.repository = repository
        self.since = since

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = await visitor_of(self.request)
        live = resources_of(self.request).live
        names = (self.place.account_id, self.place.repository_id)
        asking = (_address(self.request), visitor.actor.account_uid)
        with live.watching(names, *asking, reads(visitor, self.repository)) as watcher:
            live.catch_up(names, watcher, self.since)
            told = self._told(live, watcher)
            await StreamingResponse(told, headers=HEADERS)(scope, receive, send)

    async def _told(self, live: Live, watcher: Watcher) -> AsyncIterator[bytes]:
        yield RETRY
        due = time.monotonic() + pause(self.repository)
        while not live.closing:
            await _wait(watcher, due)
            if watcher.doubt or time.monotonic() >= due:
                watcher.doubt = False
                if not await self._still(watcher):
                    return
                due = time.monotonic() + pause(self.repository)
            keys = watcher.take()
            yield HEARTBEAT if keys is None else _message(keys)

    async def _still(self, watcher: Watcher) -> bool:
        """Whether the visitor, looked up anew, may still read the repository under this name."""
        self.request.scope.pop("coop.visitor", None)
        try:
            self.repository = await find_repository(self.request, self.place)
        except (NotFound, Moved):
            return False
        except Problem:
            # Nobody can say: the page keeps what it has, and asks for anything new by itself.
            return True
        watcher.may_read = reads(await visitor_of(self.request), self.repository)
        return True


def reads(visitor: Visitor, repository: Repository) -> MayRead:
    """Whether the visitor may read a key: whom a share link brought, of what it opens alone."""
    principal, resource = visitor.shared_principal, repository_resource(repository)
    return lambda key: may(principal, Action.DATA_READ, resource, key)


def pause(repository: Repository) -> float:
    """Seconds after which its watcher is looked up anew, whatever happens."""
    is_open = sees(ANONYMOUS_PRINCIPAL, repository_resource(repository))
    return HEARTBEAT_SECONDS if is_open else SESSION_SECONDS


def _address(request: Request) -> str:
    return counted_as(request, resources_of(request).settings.web.trusted_proxies)


async def _wait(watcher: Watcher, until: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(until - time.monotonic()):
            await watcher.woken.wait()


def _message(keys: list[str]) -> bytes:
    return b"event: changed\ndata: " + orjson.dumps({"keys": keys}) + b"\n\n"
