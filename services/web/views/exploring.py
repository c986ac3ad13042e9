"""Explore: STAC items on a map and in a list, narrowed down by place, time and whose they are."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import check_query, collection_id, collection_url, object_page
from services.web.forms.checking import Filled, check
from services.web.forms.exploring import ExploreForm
from services.web.render.display import counted
from services.web.render.footprint import Box, Map, around, seen, world
from services.web.render.items import Item, days_of, key_of, names_of
from services.web.render.problems import problem_headers
from services.web.resources import answer_to
from services.web.views.page import page
from shared.contracts.indexer import ListCollections, SearchItems, StacPage
from shared.errors import Unavailable

PLACE = "/-/explore"
FIELDS = ("bbox", "start", "end", "within")
PAGE = 20
# So many collections can be named in one search; of more it is asked by how they are called.
MOST_NAMED = 100
# Of what somebody wrote of an item.
MOST_LETTERS = 500
NOTHING = StacPage(documents=[])


class Hit(NamedTuple):
    """A line of what was found, and where it lies on the map."""

    title: str
    page: str
    names: tuple[str, str]
    about: str
    days: str
    boxes: tuple[Box, ...]


async def explore(request: Request) -> Response:
    """The newest items that fit the filters; where that cannot be said now, why."""
    check_query(request.scope["query_string"])
    form, filled = check(ExploreForm, request.query_params)
    if form is None:
        return await _show(request, filled, NOTHING)
    try:
        return await _show(request, filled, await _find(request, form), box=form.bbox)
    except Unavailable as problem:
        response = await _show(request, filled, NOTHING, box=form.bbox, trouble=problem.detail)
        response.headers.update(problem_headers(problem))
        return response


async def _find(request: Request, form: ExploreForm) -> StacPage:
    whose = await _whose(request, form.within)
    if whose is None:
        return NOTHING
    cursor = form.cursor or None
    return await answer_to(request, SearchItems(limit=PAGE, cursor=cursor, **form.wanted, **whose))


async def _whose(request: Request, within: str) -> dict[str, Any] | None:
    """What a search is told of the collections meant; None where there is none of them."""
    account_id, _, repository_id = within.partition("/")
    if not account_id:
        return {}
    if repository_id:
        return {"collections": [collection_id(account_id, repository_id)]}
    found = await answer_to(request, ListCollections(account_id=account_id, limit=MOST_NAMED))
    if found.cursor:
        return {"filter": {"op": "like", "args": [{"property": "collection"}, f"{account_id}--%"]}}
    return {"collections": [one["id"] for one in found.documents]} if found.documents else None


async def _show(
    request: Request,
    filled: Filled,
    found: StacPage,
    *,
    box: list[float] | None = None,
    trouble: str = "",
) -> Response:
    shown = around(box) if box else world(one["bbox"] for one in found.documents if one.get("bbox"))
    hits = [_hit(shown, one) for one in found.documents]
    asked = {name: filled.values.get(name, "") for name in FIELDS}
    return await page(
        request,
        "search/explore.html",
        status=503 if trouble else 0,
        trouble=trouble,
        again=_way(asked),
        form=filled,
        is_narrowed=any(asked.values()),
        map=shown,
        box=box,
        hits=hits,
        heading=_heading(found, hits),
        next_page=_way({**asked, "cursor": found.cursor}) if found.cursor else "",
    )


def _hit(shown: Map, item: Item) -> Hit:
    names, key, said = names_of(item), key_of(item), item["properties"]
    address = f"{collection_url(*names)}/items/{quote(str(item['id']), safe='')}"
    return Hit(
        title=key or str(said.get("title") or item["id"]),
        page=object_page(*names, key) if key else address,
        names=names,
        about=str(said.get("description") or "")[:MOST_LETTERS],
        days=days_of(item),
        boxes=seen(shown.view, item["bbox"]) if item.get("bbox") else (),
    )


def _heading(found: StacPage, hits: list[Hit]) -> str:
    count = counted(len(hits), "item")
    return f"{count} on this page" if found.cursor else count


def _way(asked: Mapping[str, str | None]) -> str:
    """The same search, from its first page on or from a cursor."""
    said = {name: value for name, value in asked.items() if value}
    return f"{PLACE}?{urlencode(said)}" if said else PLACE
