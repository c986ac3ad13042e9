"""Items written, changed and removed by who may (STAC API, Transaction extension).

An item is an object of its repository, so it has versions, events and a page like any other. It
can be named by the id that it was written by, or by that which it is told by.
"""

import asyncio

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import resources_of, with_account, writer_of
from services.web.stac_api.answers import confirmation, tag_of
from services.web.stac_api.bodies import LIST, Document, document_of, items_of, merged, must_travel
from services.web.stac_api.browsing import links_of
from services.web.stac_api.filters import LONGEST_NAME
from services.web.stac_api.items import told_item
from services.web.stac_api.storing import GONE, are_told, expecting, store_item, stored_item
from shared.contracts.indexer import (
    GetItem,
    GetItemSource,
    ItemSource,
    PreparedItem,
    PrepareItem,
)
from shared.contracts.storage import DeleteObject
from shared.errors import Conflict, FieldError, Invalid, NotFound, PreconditionFailed

NEW, THERE = {"if-none-match": "*"}, {"if-match": "*"}
AT_ONCE = 8
ATTEMPTS = 3
CREATED, ACCEPTED, OK = 201, 202, 200
CHANGED = "The item is another by now."


async def create(request: Request) -> Response:
    """An item, or each of a list, that is not there yet."""
    with_account(await writer_of(request))
    body = await document_of(request)
    if body.get("type") == LIST:
        return await _create_all(request, items_of(request, body))
    item = await _prepared(request, body)
    return await _write(request, item, NEW, CREATED)


async def replace(request: Request) -> Response:
    """Another item in place of what is there."""
    with_account(await writer_of(request))
    body, source = await document_of(request), await _source(request)
    is_asked = _must_hold(request, source)
    item = await _prepared(request, body, source)
    return await _write(request, item, _unchanged(source.etag) if is_asked else THERE, OK)


async def update(request: Request) -> Response:
    """What is there with some members changed, added or removed (RFC 7396)."""
    with_account(await writer_of(request))
    patch = await document_of(request)
    for _ in range(ATTEMPTS):
        source = await _source(request)
        is_asked = _must_hold(request, source)
        stored, etag = await stored_item(request, source)
        if is_asked and etag != f'"{source.etag}"':
            raise PreconditionFailed(CHANGED)
        item = await _prepared(request, merged(stored, patch), source)
        try:
            return await _write(request, item, {"if-match": etag}, OK)
        except PreconditionFailed:
            if is_asked:
                raise
    raise Conflict("It is changed faster than this change can be written; try again.")


async def delete(request: Request) -> Response:
    """The object goes, and the item with it."""
    visitor = with_account(await writer_of(request))
    source = await _source(request, to_delete=True)
    is_asked = _must_hold(request, source)
    place = (source.account_id, source.repository_id)
    wanted = DeleteObject(
        actor=visitor.actor,
        account_id=place[0],
        repository_id=place[1],
        key=source.key,
        etag=source.etag if is_asked else "",
    )
    with expecting(request, place) as watcher:
        await resources_of(request).bus.request(wanted)
        is_told = await are_told(request, watcher, place, {source.key: GONE})
    return confirmation(OK if is_told else ACCEPTED, {"id": source.document["id"]})


async def _create_all(request: Request, items: list[Document]) -> Response:
    """Nothing is written unless all of them may be; who writes beside us may still be first."""
    prepared: list[PreparedItem] = []
    for first in range(0, len(items), AT_ONCE):
        some = items[first : first + AT_ONCE]
        made = (_prepared_at(request, first + place, one) for place, one in enumerate(some))
        prepared += await asyncio.gather(*made)
    place = (prepared[0].account_id, prepared[0].repository_id)
    etags: dict[str, str] = {}
    with expecting(request, place) as watcher:
        for first in range(0, len(prepared), AT_ONCE):
            etags |= await _store_some(request, prepared[first : first + AT_ONCE], len(etags))
        is_told = await are_told(request, watcher, place, etags)
    links = links_of(request)
    ways = [links.item_link(_collection(request), one.item_id, one.item_id) for one in prepared]
    return confirmation(CREATED if is_told else ACCEPTED, {"links": ways})


async def _store_some(request: Request, items: list[PreparedItem], before: int) -> dict[str, str]:
    """The ETags by key. Raises the first problem, and says how many were written until then."""
    storing = (store_item(request, one, NEW) for one in items)
    results = await asyncio.gather(*storing, return_exceptions=True)
    failed = [one for one in results if isinstance(one, BaseException)]
    if not failed:
        keys = (one.key for one in items)
        return {key: str(etag) for key, etag in zip(keys, results, strict=True)}
    written = before + len(items) - len(failed)
    if isinstance(failed[0], PreconditionFailed):
        raise Conflict(f"Others wrote items of these ids meanwhile; {written:,} were written.")
    raise failed[0]


async def _write(
    request: Request, item: PreparedItem, condition: dict[str, str], status: int
) -> Response:
    """Stored, and told as GET tells it; 202 where that takes longer than is waited."""
    place, collection_id = (item.account_id, item.repository_id), _collection(request)
    with expecting(request, place) as watcher:
        try:
            etag = await store_item(request, item, condition)
        except PreconditionFailed:
            if condition is NEW:
                raise Conflict(f"There is a file {item.key} already.") from None
            raise
        is_told = await are_told(request, watcher, place, {item.key: etag})
    location = links_of(request).item_address(collection_id, item.item_id)
    headers = {"location": location} if status == CREATED or not is_told else {}
    if not is_told:
        return confirmation(ACCEPTED, {"id": item.item_id}, headers)
    visitor = await writer_of(request)
    wanted = GetItem(actor=visitor.actor, collection_id=collection_id, item_id=item.item_id)
    found = await resources_of(request).bus.request(wanted)
    return confirmation(status, told_item(request, collection_id, found.document), headers)


async def _prepared(
    request: Request, document: Document, source: ItemSource | None = None
) -> PreparedItem:
    must_travel(document)
    visitor = await writer_of(request)
    there = {"key": source.key, "own_id": source.own_id} if source else {}
    wanted = PrepareItem(
        actor=visitor.actor, collection_id=_collection(request), document=document, **there
    )
    return await resources_of(request).bus.request(wanted)


async def _prepared_at(request: Request, place: int, document: Document) -> PreparedItem:
    """One of a list: what is wrong is said with its place."""
    try:
        return await _prepared(request, document)
    except Invalid as problem:
        errors = [
            FieldError(field=f"features/{place}/{one['field']}", message=one["message"])
            for one in problem.errors
        ]
        raise Invalid(f"features/{place}: {problem.detail}", errors=errors) from None
    except Conflict as problem:
        raise Conflict(f"features/{place}: {problem.detail}") from None


async def _source(request: Request, *, to_delete: bool = False) -> ItemSource:
    visitor, item_id = await writer_of(request), request.path_params["item_id"]
    if len(item_id) > LONGEST_NAME:
        raise NotFound
    wanted = GetItemSource(
        actor=visitor.actor,
        collection_id=_collection(request),
        item_id=item_id,
        to_delete=to_delete,
    )
    return await resources_of(request).bus.request(wanted)


def _must_hold(request: Request, source: ItemSource) -> bool:
    """Whether a condition asks for the item as it was seen (RFC 9110 §13.1). PreconditionFailed.

    Tags are weak as answers may be compressed; so they are compared here without regard to that.
    """
    told = told_item(request, _collection(request), source.document)
    here = tag_of(orjson.dumps(told)).removeprefix("W/")
    wanted, unwanted = (_tags(request, name) for name in ("if-match", "if-none-match"))
    if (wanted and not wanted & {here, "*"}) or unwanted & {here, "*"}:
        raise PreconditionFailed(CHANGED)
    return here in wanted


def _tags(request: Request, name: str) -> set[str]:
    said = ",".join(request.headers.getlist(name))
    return {one.strip().removeprefix("W/") for one in said.split(",")} - {""}


def _unchanged(etag: str) -> dict[str, str]:
    return {"if-match": f'"{etag}"'}


def _collection(request: Request) -> str:
    name: str = request.path_params["collection_id"]
    return name
