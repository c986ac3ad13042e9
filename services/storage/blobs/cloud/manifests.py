"""The lists of parts of objects that came in parts, and where each part lies."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.cloud.naming import parts_folder
from services.storage.blobs.port import Folder, GoneError
from shared.identifiers import new_uid

COPIES_AT_ONCE = 8
REMEMBERED = 256


class Part(NamedTuple):
    """A name in the bucket, and how many bytes lie there."""

    name: str
    size: int


class Parts(NamedTuple):
    """The parts of an object in order; `upload` is the folder in which they lie, if any."""

    upload: str
    parts: Sequence[Part]

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(part.size for part in self.parts)

    def to_json(self) -> bytes:
        """As it is kept."""
        return json.dumps(
            [[part.name.rpartition("/")[2], part.size] for part in self.parts]
        ).encode()


class Manifests:
    """Lists that were read a while ago: none ever changes."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._known: OrderedDict[str, tuple[Parts, str]] = OrderedDict()

    async def read(self, folder: Folder, name: str, upload: str) -> tuple[Parts, str]:
        """The list of this name and its ETag. Raises GoneError."""
        if name not in self._known:
            content, mark = await self._bucket.get(name)
            place = parts_folder(folder, upload)
            parts = [Part(f"{place}/{one}", size) for one, size in json.loads(content)]
            self._known[name] = Parts(upload, parts), mark
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(name)
        return self._known[name]

    def forget(self, name: str) -> None:
        """It is removed."""
        self._known.pop(name, None)


async def kept_parts(bucket: Bucket, folder: Folder, upload: str, names: Sequence[str]) -> Parts:
    """The parts of these names, as they lie there. Raises GoneError where one is missing."""
    place = parts_folder(folder, upload)
    sizes = {one["path"]: one["size"] async for page in bucket.pages(place) for one in page}
    try:
        return Parts(upload, [Part(f"{place}/{one}", sizes[f"{place}/{one}"]) for one in names])
    except KeyError as error:
        raise GoneError from error


async def copied_parts(bucket: Bucket, folder: Folder, parts: Parts, upload: str) -> Parts:
    """The same parts once more, in the folder of another upload."""
    place, gate = parts_folder(folder, upload), asyncio.Semaphore(COPIES_AT_ONCE)

    async def copy(part: Part) -> Part:
        async with gate:
            target = f"{place}/{new_uid()}"
            await bucket.copy(part.name, target)
            return Part(target, part.size)

    return Parts(upload, await asyncio.gather(*map(copy, parts.parts)))
