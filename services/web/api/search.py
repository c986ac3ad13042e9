"""Search: repositories by words and facets."""

from typing import Annotated

from fastapi import Depends, Query, Request

from services.web.api.queries import Paging, ask
from services.web.api.routing import routing
from services.web.api.visitors import Calling
from shared.contracts.indexer import (
    LONGEST_FACET,
    LONGEST_TEXT,
    MOST_FOUND,
    FoundPage,
    SearchRepositories,
)

router = routing("search")

Words = Annotated[
    str, Query(max_length=LONGEST_TEXT, description="All of them; the last may be begun only")
]
Facet = Annotated[str, Query(max_length=LONGEST_FACET, description="Only those that have this")]


async def _facets(
    account: Facet = "",
    license: Facet = "",  # noqa: A002 - as the address has it
    format: Facet = "",  # noqa: A002 - as the address has it
    tag: Facet = "",
    year: Facet = "",
) -> dict[str, str]:
    return {"account": account, "license": license, "format": format, "tag": tag, "year": year}


Facets = Annotated[dict[str, str], Depends(_facets)]


@router.get("/search", summary="Search repositories")
async def search(
    request: Request, visitor: Calling, facets: Facets, paging: Paging, q: Words = ""
) -> FoundPage:
    """By words of titles, names, tags, descriptions, READMEs, columns, variables and formats.

    Best first, or newest first without words; 50 in one answer at most. What you may not read is
    neither found nor counted. `total` and `facets` count among the thousand that fit best.
    """
    asked = {**paging.asked, "limit": min(paging.limit, MOST_FOUND)}
    return paging.told(
        await ask(request, SearchRepositories(actor=visitor.actor, text=q, **facets, **asked))
    )
