"""Items as objects: written through the data door like anything else, and awaited until told."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import httpx
import orjson
from starlette.requests import Request

from services.web.data_door import NOT_STORED
from services.web.live import Watcher
from services.web.resources import caller_of, resources_of
from services.web.stac_api.links import GEOJSON
from shared.contracts.indexer import GetFile, ItemSource, PreparedItem
from shared.contracts.storage import PresignGetObject, PresignPutObject
from shared.errors import BY_STATUS, NotFound, Unavailable

# With white space it may be larger than what is kept of it.
LARGEST_FILE = 1024 * 1024
GONE = ""


async def stored_item(request: Request, source: ItemSource) -> tuple[object, str]:
    """The document as it was written, and its ETag in quotes. Raises NotFound, TooLarge."""
    edge, visitor = resources_of(request), await caller_of(request)
    wanted = PresignGetObject(
        actor=visitor.actor,
        account_id=source.account_id,
        repository_id=source.repository_id,
        key=source.key,
    )
    url = (await edge.bus.request(wanted)).url
    found = await edge.bytes_door.whole(url, LARGEST_FILE)
    try:
        return orjson.loads(found.content), found.etag
    except orjson.JSONDecodeError:
        raise NotFound from None


async def store_item(request: Request, item: PreparedItem, condition: Mapping[str, str]) -> str:
    """Write it as who asks, if the condition holds; its ETag. Raises what the data door answers."""
    edge, visitor = resources_of(request), await caller_of(request)
    wanted = PresignPutObject(
        actor=visitor.actor,
        account_id=item.account_id,
        repository_id=item.repository_id,
        key=item.key,
    )
    url = (await edge.bus.request(wanted)).url
    headers = {"content-type": GEOJSON, **condition}
    answer = await edge.bytes_door.put(url, orjson.dumps(item.document), headers=headers)
    if answer.status_code == httpx.codes.OK:
        return answer.headers["etag"].strip('"')
    family = BY_STATUS.get(answer.status_code, Unavailable)
    raise family(NOT_STORED if family is Unavailable else "")


@contextmanager
def expecting(request: Request, place: tuple[str, str]) -> Iterator[Watcher]:
    """Hear from now on what becomes known of this repository."""
    watcher = Watcher("", lambda _: True)
    with resources_of(request).live.expecting(place, watcher):
        yield watcher


async def are_told(
    request: Request, watcher: Watcher, place: tuple[str, str], etags: Mapping[str, str]
) -> bool:
    """Whether these keys are known with these ETags (GONE: are none) before the wait is over."""
    left = dict(etags)
    with suppress(TimeoutError):
        async with asyncio.timeout(resources_of(request).settings.web.items.wait_seconds):
            while left:
                await watcher.woken.wait()
                # No keys: too many to be named.
                for key in watcher.take() or list(left):
                    if key in left and await _known_etag(request, place, key) == left[key]:
                        del left[key]
    return not left


async def _known_etag(request: Request, place: tuple[str, str], key: str) -> str | None:
    """GONE where there is no such object; None while it waits to be read."""
    visitor = await caller_of(request)
    wanted = GetFile(actor=visitor.actor, account_id=place[0], repository_id=place[1], key=key)
    try:
        file = await resources_of(request).bus.request(wanted)
    except NotFound:
        return GONE
    return None if file.status == "pending" else file.etag
