"""The home page: what is here, newest first, and where it lies."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.web.render.display import counted, size
from services.web.render.footprint import world
from services.web.resources import resources_of, visitor_of
from services.web.views.cards import Card, cards_of
from services.web.views.page import page
from shared.contracts.repositories import ListRepositories, RepositoryPage

PAGE = 30


async def home(request: Request) -> Response:
    """Public repositories. A question, which was asked here once, is search's."""
    if query := request.query_params.get("q", ""):
        return RedirectResponse(f"/-/search?{urlencode({'q': query})}", 301)
    cursor = request.query_params.get("cursor")
    found = await _list(request, cursor)
    cards = await cards_of(request, found.repositories)
    return await page(
        request,
        "home/show.html",
        cards=cards,
        sentence=_sentence(cards, more=bool(found.cursor or cursor)),
        heading=_heading(found),
        map=world(box for _, summary in cards if summary for box in summary.footprints),
        next_page=f"/?{urlencode({'cursor': found.cursor})}" if found.cursor else "",
    )


async def _list(request: Request, cursor: str | None) -> RepositoryPage:
    visitor = await visitor_of(request)
    return await resources_of(request).bus.request(
        ListRepositories(actor=visitor.actor, cursor=cursor, limit=PAGE)
    )


def _heading(found: RepositoryPage) -> str:
    count = counted(len(found.repositories), "repository")
    return f"{count} on this page" if found.cursor else count


def _sentence(cards: list[Card], *, more: bool) -> str:
    """What is here, in one sentence that is true of what could be counted."""
    files = sum(summary.files for _, summary in cards if summary)
    total = sum(summary.size for _, summary in cards if summary)
    if not cards:
        return "Host, describe and share scientific data: every file gets a page and an address."
    here = f"{counted(len(cards), 'repository')}, {counted(files, 'file')}, {size(total)}"
    if more:
        return f"On this page: {here}, every file described."
    return f"{here}, every file described."
