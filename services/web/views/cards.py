"""Repositories with their figures, as lists show them."""

from collections.abc import Sequence

from starlette.requests import Request

from services.web.resources import resources_of, visitor_of
from shared.contracts.indexer import GetSummaries, RepositorySummary
from shared.contracts.repositories import Repository
from shared.errors import NotFound, Unavailable

# Figures adorn a page, which should not wait for them long.
PATIENCE_SECONDS = 1.0

Card = tuple[Repository, RepositorySummary | None]


async def summaries_of(
    request: Request, repository_uids: Sequence[str]
) -> dict[str, RepositorySummary]:
    """The figures by uid; while the indexer is away a page goes without."""
    if not repository_uids:
        return {}
    visitor = await visitor_of(request)
    wanted = GetSummaries(actor=visitor.actor, repository_uids=list(repository_uids))
    try:
        page = await resources_of(request).bus.request(wanted, timeout=PATIENCE_SECONDS)
    except (NotFound, Unavailable):
        return {}
    return {one.repository_uid: one for one in page.summaries}


async def cards_of(request: Request, repositories: Sequence[Repository]) -> list[Card]:
    """Each repository beside its figures."""
    found = await summaries_of(request, [one.repository_uid for one in repositories])
    return [(one, found.get(one.repository_uid)) for one in repositories]
