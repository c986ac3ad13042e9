"""Items of one collection or of many, page by page: owners give them in order, we pass them on.

A page may hold fewer than `limit` and still have a next one: that bounds the work of one request
where little matches.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.requests import Request

from services.web.resources import caller_of, resources_of
from services.web.stac_api.filters import Wanted
from shared.contracts.indexer import ListCollections, ListItems, StacPage
from shared.errors import Invalid, NotFound

# Pages asked of the indexer in one request of ours.
MOST_STEPS = 20
Documents = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Stop:
    """How far a search has come: in a collection, before the one that `following` leads to.

    `following` is an index into the collections asked for, or the cursor of the list of all.
    """

    collection_id: str = ""
    items: str | None = None
    following: int | str | None = 0


async def items_of(
    request: Request, collection_id: str, wanted: Wanted
) -> tuple[Documents, str | None, int | None]:
    """The items of one collection that match, where to go on, and how many there are in all."""
    cursor, matched = wanted.token, None
    found: Documents = []
    for _ in range(MOST_STEPS):
        page = await _list(request, collection_id, wanted.limit - len(found), cursor)
        found += [one for one in page.documents if wanted.matches(one)]
        cursor = page.cursor
        matched = None if wanted.is_filtered else page.matched
        if cursor is None or len(found) >= wanted.limit or not wanted.is_filtered:
            break
    return found, cursor, matched


async def search(request: Request, wanted: Wanted) -> tuple[Documents, str | None]:
    """The items of the collections asked for, or of all, that match; and where to go on."""
    stop = _unpack(wanted.token) if wanted.token else Stop()
    found: Documents = []
    for _ in range(MOST_STEPS):
        if not stop.collection_id:
            if stop.following is None:
                return found, None
            stop = await _next_collection(request, wanted, stop)
            if not stop.collection_id:
                return found, None
        page = await _some(request, stop, wanted.limit - len(found))
        found += [one for one in page.documents if wanted.matches(one)]
        over = page.cursor is None
        stop = replace(stop, items=page.cursor, collection_id="" if over else stop.collection_id)
        if len(found) >= wanted.limit:
            break
    if not stop.collection_id and stop.following is None:
        return found, None
    return found, _pack(stop)


async def _some(request: Request, stop: Stop, limit: int) -> StacPage:
    """A collection that is not there, or not for who asks, has no items."""
    try:
        return await _list(request, stop.collection_id, limit, stop.items)
    except NotFound:
        return StacPage(documents=[])


async def _next_collection(request: Request, wanted: Wanted, stop: Stop) -> Stop:
    if wanted.collections:
        index = stop.following if isinstance(stop.following, int) else len(wanted.collections)
        if index >= len(wanted.collections):
            return Stop(following=None)
        last = index + 1 == len(wanted.collections)
        return Stop(wanted.collections[index], following=None if last else index + 1)
    visitor = await caller_of(request)
    cursor = stop.following if isinstance(stop.following, str) else None
    page = await resources_of(request).bus.request(
        ListCollections(actor=visitor.actor, limit=1, cursor=cursor)
    )
    if not page.documents:
        return Stop(following=None)
    return Stop(str(page.documents[0]["id"]), following=page.cursor)


async def _list(request: Request, collection_id: str, limit: int, cursor: str | None) -> StacPage:
    visitor = await caller_of(request)
    return await resources_of(request).bus.request(
        ListItems(actor=visitor.actor, collection_id=collection_id, limit=limit, cursor=cursor)
    )


def _pack(stop: Stop) -> str:
    said = orjson.dumps([stop.collection_id, stop.items, stop.following])
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def _unpack(token: str) -> Stop:
    try:
        said = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        collection_id, items, following = orjson.loads(said)
    except (binascii.Error, ValueError, TypeError):
        raise Invalid("token: is not one of ours") from None
    if not isinstance(collection_id, str) or not isinstance(items, str | None):
        raise Invalid("token: is not one of ours")
    if not isinstance(following, int | str | None):
        raise Invalid("token: is not one of ours")
    return Stop(collection_id, items, following)
