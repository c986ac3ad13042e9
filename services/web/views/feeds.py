"""What is new, for programs that people read with: of everyone, or of one account.

Who asks is known by a cookie or an access key, and is told what lists show them.
"""

import asyncio
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.render.feeds import MEDIA_TYPE, Feed, atom
from services.web.resources import caller_of, resources_of
from services.web.views.names import find_account, named
from services.web.views.page import CACHE, asked_cursor, next_page
from shared.contracts.repositories import ListRepositories, RepositoryPage

PAGE = 50
ALL = "/-/feed.atom"
HEADERS = {"cache-control": CACHE, "vary": "authorization, cookie"}


async def feed(request: Request) -> Response:
    """Public repositories, newest first."""
    await caller_of(request)
    found = await _list(request)
    return _fed(request, Feed("New on Coop", ALL, "/", found.repositories, _older(ALL, found)))


async def account_feed(request: Request) -> Response:
    """Those of one account; NotFound where the account is not there for who asks."""
    await caller_of(request)
    account_id = named(request).account_id
    account, found = await asyncio.gather(
        find_account(request, account_id), _list(request, account_id)
    )
    here = about(account_id, "feed.atom")
    title = f"{account.name} on Coop"
    return _fed(
        request, Feed(title, here, f"/{account_id}", found.repositories, _older(here, found))
    )


async def _list(request: Request, account_id: str = "") -> RepositoryPage:
    wanted = ListRepositories(
        actor=(await caller_of(request)).actor,
        account_id=account_id,
        limit=PAGE,
        cursor=asked_cursor(request),
    )
    return await resources_of(request).bus.request(wanted)


def _older(address: str, found: RepositoryPage) -> str:
    return address + next_page(found.cursor) if found.cursor else ""


def _fed(request: Request, told: Feed) -> Response:
    """The document, or that it is as it was: readers ask again and again."""
    content = atom(told, resources_of(request).public_url)
    headers = {**HEADERS, "etag": f'"{sha256(content).hexdigest()[:32]}"'}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=MEDIA_TYPE)
