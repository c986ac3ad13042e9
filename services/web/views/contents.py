"""Small objects whole: read and written through the data door, with the visitor's own rights."""

import httpx
from starlette.requests import Request

from services.web.addresses import data_url
from services.web.data_door import NOT_STORED, Content
from services.web.resources import resources_of, visitor_of
from services.web.views.names import is_open
from shared.contracts.repositories import Repository
from shared.contracts.storage import PresignGetObject, PresignPutObject
from shared.errors import Conflict, Unavailable

REPLACED = "Somebody changed this file while you were at it."


async def fetch(request: Request, repository: Repository, key: str, most: int) -> Content:
    """As anyone where anyone may, else by a URL that carries the visitor's permission."""
    edge = resources_of(request)
    names = (repository.account_id, repository.repository_id)
    if is_open(repository):
        return await edge.bytes_door.whole(data_url(edge.data_door, *names, key), most)
    visitor = await visitor_of(request)
    wanted = PresignGetObject(
        actor=visitor.actor, account_id=names[0], repository_id=names[1], key=key
    )
    return await edge.bytes_door.whole((await edge.bus.request(wanted)).url, most)


async def store(request: Request, repository: Repository, key: str, new: Content) -> None:
    """As the visitor. Conflict unless `new.etag` is what is there; empty: nothing is there."""
    edge, visitor = resources_of(request), await visitor_of(request)
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    wanted = PresignPutObject(actor=visitor.actor, key=key, **names)
    url = (await edge.bus.request(wanted)).url
    condition = {"if-match": new.etag} if new.etag else {"if-none-match": "*"}
    media_type = "text/markdown" if key.lower().endswith((".md", ".markdown")) else "text/plain"
    headers = {"content-type": f"{media_type}; charset=utf-8", **condition}
    answer = await edge.bytes_door.put(url, new.content, headers=headers)
    if answer.status_code in {404, 409, 412}:
        raise Conflict(REPLACED)
    if answer.status_code != httpx.codes.OK:
        raise Unavailable(NOT_STORED)
