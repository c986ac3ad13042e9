"""The other objects that one is read together with: a thing may be more than one file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import orjson

from services.indexer.extractors.sparse_file import is_within_reach
from services.indexer.extractors.zarr.names import (
    DOCUMENTS,
    MEMBERS,
    is_listing,
    listing_of,
    split,
)
from services.indexer.models.editions import Editions
from services.indexer.models.stored import Stored
from services.indexer.store.beside import Neighbours, find_newest, neighbours_of
from shared.contracts.indexer import FileMetadata
from shared.identifiers import object_uid
from shared.tables import Table

# Of what is out of reach it matters only that it is there.
ABSENT, PRESENT = 0, 1
# A folder of more arrays is told in part.
MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Listing:
    """The names of the files that a name stands for, as JSON; read as a file of that name is."""

    key: str
    content: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)

    @property
    def version(self) -> int:
        """Another one where there are others; never that of what is not there."""
        return crc32(self.content) + 2

    async def fetch(self, start: int, end: int) -> bytes:
        """Some of its bytes."""
        return self.content[start:end]


Found = FileMetadata | Listing


class Beside:
    """What was asked for while one object was read, and what there was of it.

    `named_by` is the key of the uploaded STAC document whose item speaks for it, if any.
    """

    def __init__(self, table: Table, editions: Editions, stored: Stored) -> None:
        self.files: dict[str, FileMetadata] = {}
        self.versions: dict[str, int] = {}
        self.named_by = ""
        self.editions = editions
        self._table, self._stored = table, stored

    async def find(self, keys: Sequence[str]) -> list[Found | None]:
        """The objects of these keys, under the names that their repository has today; and lists."""
        plain = [key for key in keys if not is_listing(key)]
        found: dict[str, Found | None] = dict(
            zip(plain, await self._find(plain) if plain else [], strict=True)
        )
        for key in keys:
            if key not in found:
                listing = await listed(self._table, self.editions, key)
                found[key], self.versions[key] = listing, listing.version
        return [found[key] for key in keys]

    async def _find(self, keys: Sequence[str]) -> list[FileMetadata | None]:
        stored = self._stored
        uids = [object_uid(stored.repository_uid, key) for key in keys]
        found = await find_newest(self._table, self.editions.written, uids)
        names = {"account_id": stored.account_id, "repository_id": stored.repository_id}
        named = [file.model_copy(update=names) if file else None for file in found]
        for key, file in zip(keys, named, strict=True):
            self.versions[key] = version_seen(stored.key, file)
            if file is not None:
                self.files[key] = file
        return named

    async def look_up(self) -> None:
        """Whether a document names the object."""
        self.named_by = await named_by(self._table, self.editions, self._stored.key)

    async def is_as(self, versions: Mapping[str, int]) -> bool:
        """Whether the objects of these keys are there in these versions."""
        await self.find(list(versions))
        return all(self.versions[key] == version for key, version in versions.items())


async def listed(table: Table, editions: Editions, name: str) -> Listing:
    """All that a name stands for: each of these asked for the group around it when it was read."""
    folder, document = split(name)
    around = split(folder[:-1])[0]
    asking = await neighbours_of(table, editions.written, around + MEMBERS[document])
    keys = sorted(key for key, _ in asking.askers if name in listings_with(key))
    return Listing(name, orjson.dumps(keys[:MOST_LISTED]))


def listings_with(key: str) -> list[str]:
    """The lists that the object of this key is in, if any."""
    folder, document = split(key)
    if not folder or document not in MEMBERS:
        return []
    return [listing_of(split(folder[:-1])[0], document)]


async def named_by(table: Table, editions: Editions, key: str) -> str:
    """The first document that names the object of this key, whatever came first; or none."""
    found = [await neighbours_of(table, editions.written, name) for name in names_of(key)]
    return first_of(*found)


def first_of(*found: Neighbours) -> str:
    """The first by its key of all that name an object."""
    return min((key for one in found for key in one.naming), default="")


def names_of(key: str) -> list[str]:
    """What an object can be named by: its own key, or that of the folder that it is about."""
    folder, name = split(key)
    return [key, folder.removesuffix("/")] if folder and name in DOCUMENTS else [key]


def objects_of(name: str) -> list[str]:
    """The keys of the objects that can be meant by a name."""
    return [name, *(f"{name}/{document}" for document in DOCUMENTS)]


def version_seen(key: str, other: FileMetadata | None) -> int:
    """In which version the object of this key sees another one."""
    if other is None:
        return ABSENT
    return other.version if is_within_reach(key, other.key) else PRESENT
