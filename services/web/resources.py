"""What a process of the edge holds open, and how a request reaches it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from jinja2 import Environment
from starlette.requests import HTTPConnection

from services.web.data_door import DataDoor
from services.web.live import Live
from services.web.render.previews import Preview
from services.web.render.readme import Readme
from services.web.render.statics import Statics
from services.web.security import csrf
from services.web.security.cookies import SESSION, SHARE, CookiePolicy, for_kratos
from services.web.security.guesses import Guesses
from services.web.security.rates import Rate
from services.web.security.turns import Turns
from services.web.session.access_keys import AccessKeys
from services.web.session.memory import Memory
from services.web.session.once import Once
from services.web.session.sessions import Sessions
from services.web.session.share_links import ShareLinks
from services.web.session.visitor import Visitor
from services.web.settings import ServiceSettings
from shared.bus import Bus
from shared.contracts.base import Reply, Request
from shared.errors import Forbidden, Unauthenticated, Unavailable
from shared.kratos import AWAY, Kratos

STATE = "coop"
# When the request came, in seconds since 1970.
ARRIVED = "coop.arrived"
BEARER = "bearer "


@dataclass(frozen=True)
class Resources:
    """Everything a view may reach; made once, in app.py."""

    settings: ServiceSettings
    bus: Bus
    kratos: Kratos
    bytes_door: DataDoor
    templates: Environment
    statics: Statics
    sessions: Sessions
    access_keys: AccessKeys
    share_links: ShareLinks
    live: Live
    once: Once
    guesses: Guesses
    asked_by_caller: Rate
    asked_by_address: Rate
    readmes: Memory[Readme]
    previews: Memory[Preview]
    preview_turns: Turns
    api_schema: Callable[[], Mapping[str, Any]]
    cookies: CookiePolicy
    form_key: bytes
    hook_secret: str

    @property
    def public_url(self) -> str:
        """Our own address as browsers know it, without a slash at its end."""
        return self.settings.web.public_url.rstrip("/")

    @property
    def data_door(self) -> str:
        """The data door's address as browsers know it."""
        return self.settings.storage.public_url.rstrip("/")


def resources_of(request: HTTPConnection) -> Resources:
    """What this process holds open."""
    return cast(Resources, request.scope[STATE])


async def visitor_of(request: HTTPConnection) -> Visitor:
    """Who came with this request's cookies; looked up once a request."""
    found = request.scope.get("coop.visitor")
    if found is None:
        cookie = for_kratos(request.cookies)
        found = await resources_of(request).sessions.visitor(cookie)
        if SHARE in request.cookies:
            share = await resources_of(request).share_links.share(request.cookies[SHARE])
            found = replace(found, share=share)
        request.scope["coop.visitor"] = found
    return cast(Visitor, found)


async def answer_to(request: HTTPConnection, wanted: Request[Reply]) -> Reply:
    """What the owner of a thing answers when the visitor wants this; raises its Problem."""
    actor = (await visitor_of(request)).actor
    return await resources_of(request).bus.request(wanted.model_copy(update={"actor": actor}))


async def visitor_afresh(request: HTTPConnection) -> Visitor:
    """The visitor, looked up again: what is remembered may lack a role given a moment ago."""
    resources_of(request).sessions.forget(for_kratos(request.cookies))
    request.scope.pop("coop.visitor", None)
    return await visitor_of(request)


async def caller_of(request: HTTPConnection) -> Visitor:
    """Who calls: the holder of an access key where one is sent, else who the cookies belong to.

    Unauthenticated for a credential that is not right: it is never taken for none.
    """
    credential = request.headers.get("authorization", "")
    if not credential:
        return await visitor_of(request)
    if not credential.lower().startswith(BEARER):
        raise Unauthenticated("Authorization is `Bearer <access key id>.<secret>`.")
    visitor = await resources_of(request).access_keys.visitor(credential[len(BEARER) :].strip())
    request.scope["coop.visitor"] = visitor
    return visitor


async def writer_of(request: HTTPConnection) -> Visitor:
    """Who calls to change something, who with a cookie does so from our own pages only.

    A cookie alone proves nothing: another site could have made the browser send it.
    """
    visitor = await caller_of(request)
    if visitor.access_key_id:
        return visitor
    if visitor.unknown:
        raise Unavailable(AWAY)
    session, seed = (request.cookies.get(name, "") for name in (SESSION, csrf.COOKIE))
    binding = csrf.Binding(resources_of(request).form_key, seed, session)
    token = request.headers.get(csrf.HEADER, "")
    if visitor.account is not None and not csrf.is_valid(binding, token):
        raise Forbidden(
            "With a session cookie, writing needs the X-CSRF-Token of a page; programs send an "
            "access key instead."
        )
    return visitor


def with_account(visitor: Visitor) -> Visitor:
    """The visitor, if it is anybody. Unauthenticated."""
    if visitor.account is None:
        raise Unauthenticated("Send an access key: Authorization: Bearer <access key id>.<secret>")
    return visitor
