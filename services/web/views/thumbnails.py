"""The small picture of a file, alone: for its page, and for catalogues of others that show it."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import caller_of, resources_of
from services.web.views.files import keyed
from services.web.views.names import find_repository, is_open
from services.web.views.objects import names_of
from services.web.views.previews import look
from shared.contracts.indexer import GetFile
from shared.errors import NotFound

WEBP = "image/webp"
# Kept, and asked for again each time: who may see it can change at any moment.
HEADERS = {
    "cache-control": "private, no-cache",
    "vary": "authorization, cookie",
}
# Pages of others show only what everybody may see: whether it loads would tell what a visitor may.
FOR_ALL = {"cross-origin-resource-policy": "cross-origin"}


async def thumbnail(request: Request) -> Response:
    """As of the object's bytes today. NotFound also where no picture can be made of it."""
    actor = (await caller_of(request)).actor
    place = keyed(request)
    bus = resources_of(request).bus
    repository, file = await asyncio.gather(
        find_repository(request, place), bus.request(GetFile(actor=actor, **names_of(place)))
    )
    headers = {**HEADERS, "etag": f'"{file.version}"'}
    if is_open(repository):
        headers |= FOR_ALL
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    picture = (await look(request, repository, file)).picture
    if not picture:
        raise NotFound
    return Response(picture, headers=headers, media_type=WEBP)
