"""Search: repositories by words, facets, place and time."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field, ValidationError

from services.web.api.queries import Paging, ask
from services.web.api.routing import routing
from services.web.api.visitors import Calling
from services.web.forms.boxes import LONGEST
from services.web.forms.exploring import ExtentForm
from shared.contracts.indexer import (
    LONGEST_FACET,
    LONGEST_TEXT,
    MOST_FOUND,
    FoundPage,
    SearchRepositories,
    Suggestion,
    SuggestSearches,
)
from shared.fields import not_valid

router = routing("search")

Facet = Annotated[str, Field(max_length=LONGEST_FACET, description="Only those that have this")]
WORDS = "All of them; the last may be begun only"
PLACE = "Only those with data there: west, south, east, north in degrees"
START = "Only those with data of this day or later: 2024-05-31, in UTC"
END = "Only those with data of this day or earlier"
REGION = "Only those with data there: a continent, an ocean, or Global"


class Filters(BaseModel):
    """What narrows a search down."""

    q: str = Field(default="", max_length=LONGEST_TEXT, description=WORDS)
    account: Facet = ""
    license: Facet = ""
    format: Facet = ""
    tag: Facet = ""
    year: Facet = ""
    region: str = Field(default="", max_length=LONGEST_FACET, description=REGION)
    bbox: str = Field(default="", max_length=LONGEST, description=PLACE)
    start: str = Field(default="", max_length=LONGEST, description=START)
    end: str = Field(default="", max_length=LONGEST, description=END)


async def _wanted(filters: Annotated[Filters, Query()]) -> dict[str, Any]:
    try:
        extent = ExtentForm.model_validate(filters.model_dump())
    except ValidationError as error:
        raise not_valid(error) from None
    return filters.model_dump(exclude={"q"}) | {"text": filters.q} | extent.wanted


Wanted = Annotated[dict[str, Any], Depends(_wanted)]


@router.get("/search", summary="Search repositories")
async def search(request: Request, visitor: Calling, wanted: Wanted, paging: Paging) -> FoundPage:
    """By words of titles, names, tags, descriptions, READMEs, columns, variables and formats.

    Best first, or newest first without words; 50 in one answer at most. What you may not read is
    neither found nor counted. `total` and `facets` count among the thousand that fit best.
    """
    asked = {**paging.asked, "limit": min(paging.limit, MOST_FOUND)}
    return paging.told(
        await ask(request, SearchRepositories(actor=visitor.actor, **wanted, **asked))
    )


class SuggestionView(Suggestion):
    """What may be meant, and the address of the page that it leads to."""

    address: str

    @classmethod
    def of(cls, one: Suggestion) -> "SuggestionView":
        """As the indexer tells it."""
        is_tag = one.kind == "tag"
        address = f"/-/search?{urlencode({'tag': one.value})}" if is_tag else f"/{one.value}"
        return cls(**one.model_dump(), address=address)


class SuggestionViews(BaseModel):
    """Those that are likely meant first."""

    suggestions: list[SuggestionView]


@router.get("/search/suggestions", summary="Suggest what to search for")
async def suggest(
    request: Request, visitor: Calling, q: Annotated[str, Query(max_length=LONGEST_TEXT)] = ""
) -> SuggestionViews:
    """Repositories, accounts and tags that begin so, of what you may find."""
    found = await ask(request, SuggestSearches(actor=visitor.actor, text=q))
    return SuggestionViews(suggestions=[SuggestionView.of(one) for one in found.suggestions])
