"""The table of all items of a collection, as a file that can be read in ranges (RFC 9110 §14)."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import format_datetime
from itertools import pairwise

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.web.resources import caller_of, resources_of
from services.web.stac_api.answers import CACHE, CORS
from services.web.stac_api.links import Document, Links, linked
from shared.bus import Bus
from shared.contracts.base import Actor
from shared.contracts.indexer import CollectionMirror, GetMirror, GetMirrorPart

RANGED = "content-range"
PARQUET = "application/vnd.apache.parquet"
RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.IGNORECASE).fullmatch
EXPOSED = {
    "access-control-expose-headers": "accept-ranges, content-length, content-range, etag",
    "accept-ranges": "bytes",
}


def told_collection(links: Links, collection: Document) -> Document:
    """The whole document, with links of this site; assets of it that are ours lie below it."""
    told = linked(collection, links.collection(collection))
    own = links.collection_address(str(collection["id"]))
    assets = {
        name: {**asset, "href": f"{own}/{asset['href']}"}
        for name, asset in collection.get("assets", {}).items()
    }
    return {**told, "assets": assets} if assets else told


@dataclass(frozen=True)
class Reading:
    """Bytes of one file, asked for in the name of who reads it, part by part."""

    bus: Bus
    actor: Actor
    collection_id: str
    found: CollectionMirror

    async def part(self, number: int) -> bytes:
        """Raises NotFound also where who asks may not read it any more."""
        wanted = GetMirrorPart(
            actor=self.actor,
            collection_id=self.collection_id,
            generation=self.found.generation,
            number=number,
        )
        return (await self.bus.request(wanted)).content

    async def body(self, start: int, end: int, first: bytes) -> AsyncIterator[bytes]:
        """From start to end, exclusive; `first` is the part that the start lies in."""
        length = self.found.part_bytes
        edges = [start, *range((start // length + 1) * length, end, length), end]
        for at, until in pairwise(edges):
            number, skipped = divmod(at, length)
            content = first if at == start else await self.part(number)
            yield content[skipped : skipped + until - at]


async def mirror(request: Request) -> Response:
    """All of it, or a range. NotFound where there is none for who asks."""
    actor, bus = (await caller_of(request)).actor, resources_of(request).bus
    collection_id = request.path_params["collection_id"]
    found = await bus.request(GetMirror(actor=actor, collection_id=collection_id))
    headers = {**CORS, **CACHE, **EXPOSED, **_named(found)}
    if headers["etag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    start, end = _wanted(request, found, headers["etag"])
    if start >= end:
        return Response(status_code=416, headers={**headers, RANGED: f"bytes */{found.size}"})
    status = 200
    if end - start < found.size:
        status, headers[RANGED] = 206, f"bytes {start}-{end - 1}/{found.size}"
    headers["content-length"] = str(end - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=PARQUET)
    reading = Reading(bus, actor, collection_id, found)
    # It is there before anything is answered: what fails then is told as a problem.
    first = await reading.part(start // found.part_bytes)
    return StreamingResponse(reading.body(start, end, first), status, headers, PARQUET)


def _named(found: CollectionMirror) -> dict[str, str]:
    return {
        "etag": f'"{found.generation}"',
        "last-modified": format_datetime(found.made_at, usegmt=True),
        "content-disposition": 'attachment; filename="items.parquet"',
    }


def _wanted(request: Request, found: CollectionMirror, tag: str) -> tuple[int, int]:
    """Start and end, exclusive: the whole where no range can be meant; no bytes where it has none.

    Another unit, and several ranges, are ignored; so is one of what was there before (If-Range).
    """
    said = RANGE(request.headers.get("range", ""))
    if said is None or said[0].endswith("=-") or request.headers.get("if-range", tag) != tag:
        return 0, found.size
    first, last = said[1], said[2]
    if not first:
        return max(found.size - int(last), 0), found.size
    if not last:
        return int(first), found.size
    if int(last) < int(first):
        return 0, found.size
    return int(first), min(int(last) + 1, found.size)
