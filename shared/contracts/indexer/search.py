"""Search by words: repositories for people, and the same as collections for STAC clients."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from shared.contracts.base import Listed
from shared.contracts.indexer.indexer import Box, IndexerRequest, SortField, StacPage
from shared.contracts.repositories import Repository

FACETS = ("account", "license", "format", "tag", "year", "region")
MOST_FOUND = 50
LONGEST_TEXT, LONGEST_FACET = 500, 255
MOST_TEXTS = 20
Facet = Annotated[str, Field(max_length=LONGEST_FACET)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]


class Passage(BaseModel):
    """A piece of a text, and whether it is one of the words that were asked for."""

    text: str
    is_found: bool


class FoundRepository(BaseModel):
    """A repository, and where in it the words stand: the pieces follow each other."""

    repository: Repository
    passages: list[Passage] = Field(default_factory=list)


class FacetValue(BaseModel):
    """One value of a facet, and how many of what was found have it."""

    value: str
    count: int


class FoundPage(BaseModel):
    """Repositories, best first. `total` and `facets` count what who asks may see of the best.

    `is_total_more`: there are more than were looked at. `mended` is the text that was looked for
    where nothing has all words as they were typed, but something does without a slip of the hand.
    """

    found: list[FoundRepository]
    total: int
    is_total_more: bool = False
    mended: str = ""
    facets: dict[str, list[FacetValue]] = Field(default_factory=dict)
    cursor: str | None = None


class SearchRepositories(IndexerRequest[FoundPage]):
    """Repositories with all these words, the last one perhaps only begun; all facets must fit.

    Looked at are title, names, tags, description, README, and the columns, variables and formats
    of files. Of repositories that who asks may list and read whole. Without words: newest first.
    `region` is a continent, an ocean or Global. `bbox`, `start` and `end` are as in SearchItems,
    and compared to the extent of what is there; what has none is left out.
    """

    text: Text = ""
    account: Facet = ""
    license: Facet = ""
    format: Facet = ""
    tag: Facet = ""
    year: Facet = ""
    region: Facet = ""
    bbox: Box | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    limit: int = Field(default=20, ge=1, le=MOST_FOUND)
    cursor: str | None = Field(default=None, max_length=4096)

    @property
    def facets(self) -> dict[str, str]:
        """What was asked of each, empty for all."""
        return {name: getattr(self, name) for name in FACETS}


class Suggestion(BaseModel):
    """What somebody may be about to type: the full name of a repository, an account's id, a tag."""

    kind: Literal["repository", "account", "tag"]
    value: str
    title: str = ""


class Suggestions(BaseModel):
    """Some of them, those that are likely meant first."""

    suggestions: list[Suggestion]


class SuggestSearches(IndexerRequest[Suggestions]):
    """What begins so: repositories by words of their titles, names and tags, accounts, tags.

    Of repositories that who asks may find by SearchRepositories, and of nothing else. Of a text
    that is too short to tell, nothing.
    """

    text: Text


class SearchCollections(IndexerRequest[StacPage], Listed):
    """Collections that who asks may list and read, by words, place and time.

    All words of one of the `texts` must be there, as in SearchRepositories. `bbox`, `start` and
    `end` are as in SearchItems, and compared to the extent that a collection tells. In the order of
    `sort`, which is one of id, title, created and updated; without it best first where there are
    texts, by id otherwise. Invalid after the last of the best, where there are more.
    """

    texts: list[Text] = Field(default_factory=list, max_length=MOST_TEXTS)
    bbox: Box | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    sort: list[SortField] = Field(default_factory=list, max_length=4)
