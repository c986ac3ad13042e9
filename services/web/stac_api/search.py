"""Items of one collection or of many, and collections, page by page, as the indexer finds them."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request

from services.web.resources import caller_of, resources_of
from services.web.stac_api.filters import Wanted
from services.web.stac_api.texts import LINE_END
from shared.contracts.indexer import (
    Feature,
    FeaturePage,
    GetCollection,
    ListCollections,
    ListItems,
    SearchCollections,
    SearchFeatures,
    SearchItems,
    StacPage,
)

# Of one page. A message holds less, so it comes in parts.
MOST_BYTES = 8 * 1024 * 1024


async def items_of(request: Request, collection_id: str, wanted: Wanted) -> StacPage:
    """Items of one collection; NotFound where there is none for who asks."""
    visitor = await caller_of(request)
    bus = resources_of(request).bus
    if not wanted.is_filtered:
        return await bus.request(
            ListItems(
                actor=visitor.actor,
                collection_id=collection_id,
                limit=wanted.limit,
                cursor=wanted.token,
            )
        )
    await bus.request(GetCollection(actor=visitor.actor, collection_id=collection_id))
    return await search(request, replace(wanted, collections=(collection_id,)))


async def collections_of(request: Request, wanted: Wanted) -> StacPage:
    """All collections, or those asked for."""
    actor = (await caller_of(request)).actor
    asked = {"actor": actor, "limit": wanted.limit, "cursor": wanted.token}
    if not wanted.is_of_some_collections:
        return await resources_of(request).bus.request(ListCollections(**asked))
    start, end = wanted.interval or (None, None)
    return await resources_of(request).bus.request(
        SearchCollections(
            **asked,
            texts=list(wanted.texts),
            bbox=list(wanted.bbox) or None,
            start=start,
            end=end,
            sort=list(wanted.sort),
        )
    )


async def features_of(request: Request, wanted: Wanted) -> FeaturePage:
    """Items of the collections asked for, or of all, as texts.

    Where a message of the indexer holds no more of them, it is asked for the rest.
    """
    visitor, bus = await caller_of(request), resources_of(request).bus
    features, texts, token = list[Feature](), list[bytes](), wanted.token
    while True:
        asked = asked_of(wanted, limit=wanted.limit - len(features), cursor=token)
        page = await bus.request(SearchFeatures(actor=visitor.actor, **asked))
        features += page.features
        texts += [page.carried] if page.features else []
        token = page.cursor
        if not page.is_cut or sum(map(len, texts)) > MOST_BYTES:
            whole = page.model_copy(update={"features": features})
            return whole.carrying(LINE_END.join(texts))


async def search(request: Request, wanted: Wanted) -> StacPage:
    """Items of the collections asked for, or of all."""
    visitor = await caller_of(request)
    asked = asked_of(wanted, limit=wanted.limit, cursor=wanted.token)
    return await resources_of(request).bus.request(SearchItems(actor=visitor.actor, **asked))


def asked_of(wanted: Wanted, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """Which items, in which order, and how many of them."""
    return {"limit": limit, "cursor": cursor, "sort": list(wanted.sort), **filter_of(wanted)}


def filter_of(wanted: Wanted) -> dict[str, Any]:
    """Which items are asked for, as the indexer takes it."""
    start, end = wanted.interval or (None, None)
    return {
        "collections": list(wanted.collections),
        "ids": list(wanted.ids),
        "bbox": list(wanted.bbox) or None,
        "intersects": wanted.geometry,
        "start": start,
        "end": end,
        "filter": wanted.condition,
    }
