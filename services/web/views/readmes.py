"""READMEs, fetched through the data door and kept rendered for as long as they are the same."""

import asyncio
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request

from services.web.addresses import data_url
from services.web.render.markdown import Beside
from services.web.render.readme import LARGEST_BYTES, Readme, render_readme
from services.web.resources import Resources, resources_of, visitor_of
from shared.contracts.repositories import Repository, Visibility
from shared.contracts.storage import PresignGetObject
from shared.errors import NotFound, Problem, Unavailable

TOO_LARGE = "It is too large to be shown here; open the file instead."
AWAY = "It cannot be fetched at the moment; reload the page in a while."


class Text(NamedTuple):
    """One state of one text file: a changed file has another."""

    key: str
    size: int
    changed_at: datetime


async def readme_of(request: Request, repository: Repository, text: Text) -> Readme:
    """The README rendered, or the reason why it is not."""
    name = text.key.rpartition("/")[2]
    if text.size > LARGEST_BYTES:
        return Readme(text.key, name, reason=TOO_LARGE)
    edge = resources_of(request)
    state = f"{repository.repository_uid}/{text.changed_at.timestamp()}/{text.size}/{text.key}"
    try:
        return await edge.readmes.get(state, lambda: _render(request, repository, text.key))
    except Problem:
        return Readme(text.key, name, reason=AWAY)


async def _render(request: Request, repository: Repository, key: str) -> Readme:
    content = await _fetch(request, repository, key)
    prefix = key[: len(key) - len(key.rpartition("/")[2])]
    names = (repository.account_id, repository.repository_id)
    beside = Beside(*names, prefix, resources_of(request).data_door)
    return await asyncio.to_thread(render_readme, key, content, beside)


async def _fetch(request: Request, repository: Repository, key: str) -> bytes:
    """As anyone where anyone may, else by a URL that carries the visitor's permission."""
    edge = resources_of(request)
    names = (repository.account_id, repository.repository_id)
    if repository.visibility is Visibility.RESTRICTED:
        visitor = await visitor_of(request)
        wanted = PresignGetObject(
            actor=visitor.actor, account_id=names[0], repository_id=names[1], key=key
        )
        url = (await edge.bus.request(wanted)).url
    else:
        url = data_url(edge.data_door, *names, key)
    return await _get(edge, url)


async def _get(edge: Resources, url: str) -> bytes:
    """The public address is in the signature and in Host; the bytes come by the short way."""
    public = urlsplit(url)
    near = edge.settings.storage_url.rstrip("/") + url.removeprefix(edge.data_door)
    try:
        async with edge.bytes_door.stream("GET", near, headers={"host": public.netloc}) as answer:
            if answer.status_code != httpx.codes.OK:
                raise NotFound
            return await _read(answer)
    except httpx.HTTPError as error:
        raise Unavailable(AWAY) from error


async def _read(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise Unavailable(TOO_LARGE)
    return bytes(body)
