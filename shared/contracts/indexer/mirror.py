"""All items of a collection as one file, part by part."""

from base64 import b64decode, b64encode
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from shared.contracts.indexer.indexer import IndexerRequest


class CollectionMirror(BaseModel):
    """A file of GeoParquet; it is cut into parts of `part_bytes`, of which the last has fewer.

    `generation` names these bytes.
    """

    generation: str
    size: int
    items: int
    made_at: datetime
    part_bytes: int


class MirrorPart(BaseModel):
    """Some bytes, as base64."""

    data: str = Field(max_length=700_000)

    @classmethod
    def of(cls, content: bytes) -> Self:
        """These bytes."""
        return cls(data=b64encode(content).decode())

    @property
    def content(self) -> bytes:
        """The bytes."""
        return b64decode(self.data)


class GetMirror(IndexerRequest[CollectionMirror]):
    """The file of a collection; NotFound also where none was made yet."""

    collection_id: str


class GetMirrorPart(IndexerRequest[MirrorPart]):
    """One part of it, counted from 0; NotFound where the generation is two older than today's."""

    collection_id: str
    generation: str = Field(max_length=64)
    number: int = Field(ge=0, le=10_000_000)
