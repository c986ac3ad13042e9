"""The home page: what is here, newest first, and where it lies."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.render.display import counted, size
from services.web.render.footprint import world
from services.web.resources import resources_of, visitor_of
from services.web.views.cards import Card, cards_of
from services.web.views.page import page
from shared.contracts.repositories import ListRepositories, Repository, RepositoryPage

PAGE = 30
# What a question reads through; a real search comes with an index of its own.
READ_THROUGH, BATCH = 2000, 500


async def home(request: Request) -> Response:
    """Public repositories, or those of them that a question finds."""
    query = " ".join(request.query_params.get("q", "").split())[:200]
    cursor = request.query_params.get("cursor")
    found = await (_matching(request, query) if query else _list(request, cursor, PAGE))
    cards = await cards_of(request, found.repositories)
    return await page(
        request,
        "home/show.html",
        query=query,
        cards=cards,
        sentence=_sentence(cards, more=bool(found.cursor or cursor)),
        heading=_heading(found, query),
        map=world(box for _, summary in cards if summary for box in summary.footprints),
        next_page=f"/?{urlencode({'cursor': found.cursor})}" if found.cursor and not query else "",
    )


async def _list(request: Request, cursor: str | None, limit: int) -> RepositoryPage:
    visitor = await visitor_of(request)
    return await resources_of(request).bus.request(
        ListRepositories(actor=visitor.actor, cursor=cursor, limit=limit)
    )


async def _matching(request: Request, query: str) -> RepositoryPage:
    """Every word of the question somewhere in names, title, description or tags."""
    words = query.lower().split()
    found: list[Repository] = []
    cursor, read = None, 0
    while read < READ_THROUGH:
        some = await _list(request, cursor, BATCH)
        found += [one for one in some.repositories if _has(one, words)]
        read, cursor = read + len(some.repositories), some.cursor
        if cursor is None:
            break
    return RepositoryPage(repositories=found[:PAGE], cursor=cursor)


def _has(repository: Repository, words: list[str]) -> bool:
    said = " ".join(
        (
            f"{repository.account_id}/{repository.repository_id}",
            *(repository.title, repository.description, *repository.tags),
        )
    ).lower()
    return all(word in said for word in words)


def _heading(found: RepositoryPage, query: str) -> str:
    count = counted(len(found.repositories), "repository")
    if not query:
        return count if not found.cursor else f"{count} on this page"
    if found.cursor:
        return f"{count} among the newest {READ_THROUGH:,}"
    return count


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
