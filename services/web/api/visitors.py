"""Who calls the API: the holder of an access key, or somebody signed in on one of our pages."""

from typing import Annotated

from fastapi import Depends, Request

from services.web.addresses import check_query
from services.web.api.rates import count
from services.web.resources import caller_of, with_account, writer_of
from services.web.session.visitor import NOBODY, Visitor
from shared.errors import Problem

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
    is_safe = request.method in SAFE_METHODS
    return await (caller_of(request) if is_safe else writer_of(request))


async def signed_in(visitor: Annotated[Visitor, Depends(calling)]) -> Visitor:
    """A visitor with an account."""
    return with_account(visitor)


Calling = Annotated[Visitor, Depends(calling)]
SignedIn = Annotated[Visitor, Depends(signed_in)]
