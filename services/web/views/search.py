"""Search: repositories by words, narrowed down by facets, place and time; all of it in the URL."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import check_query
from services.web.forms.checking import Filled, check
from services.web.forms.exploring import ExtentForm
from services.web.render.display import counted
from services.web.render.footprint import Box, Map, around, seen, world
from services.web.render.problems import problem_headers
from services.web.resources import answer_to
from services.web.views.cards import summaries_of
from services.web.views.page import page
from shared.contracts.indexer import (
    FACETS,
    LONGEST_FACET,
    LONGEST_TEXT,
    FoundPage,
    FoundRepository,
    Passage,
    RepositorySummary,
    SearchRepositories,
)
from shared.contracts.repositories import Repository
from shared.errors import Invalid, Unavailable

PLACE = "/-/search"
LONGEST_CURSOR = 4096
HEADINGS = {
    "account": "Account",
    "license": "License",
    "format": "Format",
    "tag": "Tag",
    "year": "Published in",
    "region": "Region",
}
# Fields of where and when, and what they are called.
EXTENT = {"bbox": "place", "start": "from", "end": "to"}
NOTHING = FoundPage(found=[], total=0)


class Hit(NamedTuple):
    """A line of what was found, and where it lies on the map.

    `is_description`: the passages are of its description.
    """

    repository: Repository
    summary: RepositorySummary | None
    passages: Sequence[Passage]
    is_description: bool
    boxes: tuple[Box, ...]


class Choice(NamedTuple):
    """A value of a facet, and where one comes to by taking it, or by giving it up."""

    name: str
    value: str
    number: int
    address: str


async def search(request: Request) -> Response:
    """What fits the words and filters of the query; where that cannot be said now, why."""
    asked = _asked(request)
    form, filled = check(ExtentForm, asked)
    if form is None:
        return await _show(request, filled, NOTHING)
    try:
        return await _show(request, filled, await _find(request, asked, form), box=form.bbox)
    except Unavailable as problem:
        response = await _show(request, filled, NOTHING, box=form.bbox, trouble=problem.detail)
        response.headers.update(problem_headers(problem))
        return response


async def _show(
    request: Request,
    form: Filled,
    found: FoundPage,
    *,
    box: list[float] | None = None,
    trouble: str = "",
) -> Response:
    asked = form.values
    uids = [one.repository.repository_uid for one in found.found]
    summaries = await summaries_of(request, uids)
    prints = chain.from_iterable(one.footprints for one in summaries.values())
    shown = around(box) if box else world(prints)
    hits = [
        _hit(shown, one, summaries.get(uid)) for one, uid in zip(found.found, uids, strict=True)
    ]
    return await page(
        request,
        "search/show.html",
        status=503 if trouble else 0,
        form=form,
        box=box,
        trouble=trouble,
        again=_way(asked, "cursor", asked["cursor"]),
        query=asked["q"],
        filters={name: asked[name] for name in FACETS if asked[name]},
        heading=_heading(found),
        mended=found.mended,
        hits=hits,
        chosen=_chosen(asked),
        facets=_facets(found, asked),
        map=shown,
        next_page=_way(asked, "cursor", found.cursor) if found.cursor else "",
    )


def _asked(request: Request) -> dict[str, str]:
    """The query's fields. Invalid for one that is too long to be meant, or no UTF-8."""
    check_query(request.scope["query_string"])
    query = request.query_params
    asked = {name: query.get(name, "").strip() for name in ("q", *FACETS, *EXTENT, "cursor")}
    asked["q"] = " ".join(asked["q"].split())
    if len(asked["q"]) > LONGEST_TEXT:
        raise Invalid(f"A search is at most {LONGEST_TEXT} characters long.")
    if any(len(asked[name]) > LONGEST_FACET for name in FACETS):
        raise Invalid(f"A filter is at most {LONGEST_FACET} characters long.")
    if len(asked["cursor"]) > LONGEST_CURSOR:
        raise Invalid("The cursor is not one of ours.")
    return asked


async def _find(request: Request, asked: Mapping[str, str], form: ExtentForm) -> FoundPage:
    fields = {name: asked[name] for name in FACETS} | form.wanted
    cursor = asked["cursor"] or None
    return await answer_to(request, SearchRepositories(text=asked["q"], cursor=cursor, **fields))


def _heading(found: FoundPage) -> str:
    count = counted(found.total, "repository")
    return f"{count} of those that fit best" if found.is_total_more else count


def _hit(shown: Map, one: FoundRepository, summary: RepositorySummary | None) -> Hit:
    text = "".join(piece.text for piece in one.passages).strip("… ")
    description = " ".join(one.repository.description.split())
    prints = summary.footprints if summary else []
    boxes = [box for footprint in prints for box in seen(shown.view, footprint)]
    is_description = bool(text) and text in description
    return Hit(one.repository, summary, one.passages, is_description, tuple(boxes))


def _chosen(asked: Mapping[str, str]) -> list[Choice]:
    names = {name: name for name in FACETS} | EXTENT
    return [
        Choice(said, asked[name], 0, _way(asked, name, ""))
        for name, said in names.items()
        if asked[name]
    ]


def _facets(found: FoundPage, asked: Mapping[str, str]) -> dict[str, list[Choice]]:
    """What would narrow it down further, under its heading."""
    return {
        HEADINGS[name]: [
            Choice(name, one.value, one.count, _way(asked, name, one.value))
            for one in found.facets[name]
        ]
        for name in FACETS
        if name in found.facets and not asked[name]
    }


def _way(asked: Mapping[str, str], name: str, value: str | None) -> str:
    """The same search with one field changed, from its first page on."""
    fields = {**asked, "cursor": "", name: value or ""}
    return f"{PLACE}?{urlencode({name: value for name, value in fields.items() if value})}"
