"""Finding repositories by words, for people: ranked, counted by facets, and only what is theirs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import nsmallest
from itertools import chain

import orjson

from services.indexer.fulltext import MOST_MATCHES, FullText
from services.indexer.models.texts import Match, Piece, Question
from services.indexer.operations.mending import mended
from services.indexer.stac.shapes import spans
from services.indexer.store.repositories import find_repositories
from shared.contracts.indexer import (
    FacetValue,
    FoundPage,
    FoundRepository,
    Passage,
    SearchRepositories,
)
from shared.contracts.repositories import Repository
from shared.errors import Invalid
from shared.paging import cursor_at, place_at
from shared.policy import Action, Principal, RepositoryResource, may, repository_resource
from shared.tables import Table

NEEDED = (Action.REPOSITORY_LIST, Action.DATA_READ)
MOST_VALUES = 12


async def search_repositories(
    table: Table, fulltext: FullText, wanted: SearchRepositories, principal: Principal
) -> FoundPage:
    """One page. Raises Invalid for a cursor that is not one of ours."""
    first = _place(wanted.cursor)
    question, right = _question(wanted, principal), None
    matches, seen = await _look(fulltext, question, principal)
    if not seen and (right := await mended(fulltext, question)):
        question = right
        matches, seen = await _look(fulltext, question, principal)
    page = seen[first : first + wanted.limit]
    found = await _shown(table, fulltext, question, page, principal)
    last = first + len(page)
    return FoundPage(
        found=found,
        total=len(seen),
        is_total_more=len(matches) == MOST_MATCHES,
        mended=right.texts[0] if right and found else "",
        facets=_counted(seen),
        cursor=cursor_at(str(last)) if last < len(seen) else None,
    )


async def _look(
    fulltext: FullText, question: Question, principal: Principal
) -> tuple[list[Match], list[Match]]:
    """What fits, and what of it who asks may find."""
    matches = await fulltext.find(question)
    return matches, [one for one in matches if finds(principal, one.resource)]


def _question(wanted: SearchRepositories, principal: Principal) -> Question:
    facets = tuple((kind, value) for kind, value in wanted.facets.items() if value)
    texts = (wanted.text,) if wanted.text.strip() else ()
    question = Question(texts, facets, beside_public=beside_public(principal))
    question = timed(placed(question, wanted.bbox), wanted.start, wanted.end)
    is_dated = bool(question.start or question.end)
    return replace(question, is_located=wanted.bbox is not None, is_dated=is_dated)


def placed(question: Question, bbox: Sequence[float] | None) -> Question:
    """The same for what meets a box, with heights or without."""
    if bbox is None:
        return question
    half = len(bbox) // 2
    longitudes = tuple(spans(bbox[0], bbox[half]))
    return replace(question, spans=longitudes, south=bbox[1], north=bbox[half + 1])


def timed(question: Question, start: datetime | None, end: datetime | None) -> Question:
    """The same for what is of some moment between these, either of which may be open."""
    return replace(question, start=_second(start), end=_second(end))


def _second(moment: datetime | None) -> str:
    """As extents have it, in UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""


def beside_public(principal: Principal) -> frozenset[str] | None:
    """What `rank` could raise above anyone."""
    if principal.kind == "service" or principal.admin:
        return None
    return frozenset((principal.account_uid, *principal.roles))


def finds(principal: Principal, resource: RepositoryResource) -> bool:
    """What is found was read: so it is for those who may list it and read all of it."""
    return all(may(principal, action, resource, "") for action in NEEDED)


async def _shown(
    table: Table,
    fulltext: FullText,
    question: Question,
    page: Sequence[Match],
    principal: Principal,
) -> list[FoundRepository]:
    """The repositories of a page as they are this moment, for the index may be behind."""
    passages = await fulltext.passages(question.texts, [one.row for one in page])
    repositories = await find_repositories(table, [one.resource.repository_uid for one in page])
    return [
        _told(one, passages.get(one.repository_uid, []))
        for one in repositories
        if finds(principal, repository_resource(one))
    ]


def _told(repository: Repository, pieces: Sequence[Piece]) -> FoundRepository:
    passages = [Passage(text=piece.text, is_found=piece.is_found) for piece in pieces]
    return FoundRepository(repository=repository, passages=passages)


def _counted(matches: Sequence[Match]) -> dict[str, list[FacetValue]]:
    """How many have each value of each facet, most first; of what differs by case the most used."""
    written = Counter(chain.from_iterable(orjson.loads(one.facets) for one in matches))
    forms: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in written:
        folded = name.casefold()
        forms[folded.partition(":")[0]][folded].append(name)
    return {kind: _most(written, some) for kind, some in forms.items()}


def _most(written: Counter[str], forms: Mapping[str, Sequence[str]]) -> list[FacetValue]:
    """Of one facet, whose values are written in these forms."""
    counts = [(-sum(written[name] for name in some), folded) for folded, some in forms.items()]
    return [
        FacetValue(value=_most_used(written, forms[folded]).partition(":")[2], count=-count)
        for count, folded in nsmallest(MOST_VALUES, counts)
    ]


def _most_used(written: Counter[str], forms: Sequence[str]) -> str:
    return max(forms, key=written.__getitem__)


def _place(cursor: str | None) -> int:
    place = place_at(cursor)
    if place is None:
        return 0
    if not (place.isascii() and place.isdecimal() and len(place) < len(str(MOST_MATCHES)) + 1):
        raise Invalid("The cursor is not one of ours.")
    return int(place)
