"""Who calls the API: the holder of an access key, or somebody signed in on one of our pages."""

from typing import Annotated

from fastapi import Depends, Request

from services.web.addresses import check_query
from services.web.api.rates import count
from services.web.resources import caller_of, resources_of
from services.web.security import cookies, csrf
from services.web.session.visitor import NOBODY, Visitor
from shared.errors import Forbidden, Problem, Unauthenticated, Unavailable
from shared.kratos import AWAY

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


async def calling(request: Request) -> Visitor:
    """The visitor, who with a cookie writes from our own pages only and keeps to the rate."""
    try:
        visitor = await _admitted(request)
    except Problem:
        count(request, NOBODY)
        raise
    count(request, visitor)
    return visitor


async def _admitted(request: Request) -> Visitor:
    check_query(request.scope["query_string"])
    visitor = await caller_of(request)
    if request.method not in SAFE_METHODS and not visitor.access_key_id:
        _demand_own_page(request, visitor)
    return visitor


def _demand_own_page(request: Request, visitor: Visitor) -> None:
    """A cookie alone proves nothing: another site could have made the browser send it."""
    if visitor.unknown:
        raise Unavailable(AWAY)
    edge = resources_of(request)
    session = request.cookies.get(cookies.SESSION, "")
    seed = request.cookies.get(csrf.COOKIE, "")
    token = request.headers.get(csrf.HEADER, "")
    if visitor.account is not None and not csrf.is_valid(
        csrf.Binding(edge.form_key, seed, session), token
    ):
        raise Forbidden(
            "With a session cookie, writing needs the X-CSRF-Token of a page; programs send an "
            "access key instead."
        )


async def signed_in(visitor: Annotated[Visitor, Depends(calling)]) -> Visitor:
    """A visitor with an account."""
    if visitor.account is None:
        raise Unauthenticated("Send an access key: Authorization: Bearer <access key id>.<secret>")
    return visitor


Calling = Annotated[Visitor, Depends(calling)]
SignedIn = Annotated[Visitor, Depends(signed_in)]
