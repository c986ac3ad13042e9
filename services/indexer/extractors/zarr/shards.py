"""Shards: several chunks in one object, with an index of their places (Zarr 3, sharding-indexed).

Of each chunk in its order the index has place and length as 64 bits each; of one that is not
there both are all ones.
"""

import struct
from dataclasses import dataclass
from math import prod
from typing import Any

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.zarr.codecs import CHECKSUM_BYTES, unpacked
from services.indexer.extractors.zarr.node import SHARDING, Codecs, Node, codecs_of, is_sharded

ENTRY = struct.Struct("<QQ")
ABSENT = 2**64 - 1
INDEX_CODECS = ({"bytes"}, {"bytes", "crc32c"})


@dataclass(frozen=True, slots=True)
class Shard:
    """How one is laid out; `size` is the bytes of a chunk of it once unpacked."""

    many: int
    size: int
    codecs: Codecs
    index_bytes: int
    is_index_first: bool


def unsharded(data: bytes, node: Node, width: int) -> bytes:
    """All values of a shard, each of so many bytes. Raises Malformed."""
    shard = _shard_of(node, width)
    if len(data) < shard.index_bytes:
        raise Malformed("shorter than the index of its shard")
    start = 0 if shard.is_index_first else len(data) - shard.index_bytes
    places = ENTRY.iter_unpack(data[start : start + shard.many * ENTRY.size])
    return b"".join(_chunk(data, place, length, shard, node) for place, length in places)


def _chunk(data: bytes, place: int, length: int, shard: Shard, node: Node) -> bytes:
    if place == length == ABSENT:
        if node.fill is None:
            raise Malformed("not in its shard")
        width = struct.calcsize(node.letter)
        return struct.pack(node.letter, node.fill) * (shard.size // width)
    if place + length > len(data):
        raise Malformed("beyond the end of its shard")
    return unpacked(data[place : place + length], shard.codecs, shard.size)


def _shard_of(node: Node, width: int) -> Shard:
    """Raises Malformed where its chunks do not follow one another, or its index is unreadable."""
    config: dict[str, Any] = node.codecs[0][1]
    inner, index = node.inner, codecs_of(config.get("index_codecs"))
    follow = node.chunk[1:] == inner[1:] and node.chunk[0] % inner[0] == 0
    is_plain = len(node.codecs) == 1 and {name for name, _ in index} in INDEX_CODECS
    is_big = any(said.get("endian") == "big" for _, said in index)
    codecs = codecs_of(config.get("codecs"))
    if not follow or not is_plain or is_big or is_sharded(codecs):
        raise Malformed(f"packed by {SHARDING} in a way that is not unpacked here")
    many = prod(node.chunk) // prod(inner)
    checksum = CHECKSUM_BYTES if len(index) > 1 else 0
    is_first = config.get("index_location") == "start"
    return Shard(many, prod(inner) * width, codecs, many * ENTRY.size + checksum, is_first)
