"""The values of coordinates, which lie in other objects of the store: few and small ones."""

import struct
from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from services.indexer.extractors.arrays.array import MAX_VALUES
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zarr.codecs import unpacked
from services.indexer.extractors.zarr.node import Node
from services.indexer.extractors.zarr.shards import unsharded

# One value cannot be read without its chunk; a larger one is not unpacked for a coordinate.
LARGEST_CHUNK = 8 * 1024 * 1024
# Of requests that one file may take, these are left for chunks.
MAX_CHUNKS = 6


def chunks_of(node: Node) -> list[str]:
    """Those that tell between what its values lie: all of few, of a row the first and the last.

    None where that cannot be told from so few, or where its values are no numbers.
    """
    is_small = node.chunk_values * struct.calcsize(node.letter or "c") <= LARGEST_CHUNK
    many = prod(node.grid)
    if not (node.letter and is_small and many):
        return []
    if len(node.shape) == 1:
        return [node.chunk_name((place,)) for place in sorted({0, many - 1})]
    if many > 1 or node.chunk != node.shape:
        return []
    return [node.chunk_name(place) for place in product(*map(range, node.grid))]


def chosen(nodes: Sequence[Node], most: int) -> dict[str, Node]:
    """The chunks to be read, by their names in the store: of the first nodes as many as may be."""
    found: dict[str, Node] = {}
    for node in nodes:
        folder = f"{node.path}/" if node.path else ""
        names = [folder + name for name in chunks_of(node)]
        if len(found) + len(names) <= most:
            found |= dict.fromkeys(names, node)
    return found


def values_of(node: Node, chunks: Mapping[str, SparseFile | None]) -> list[float]:
    """From the chunks by their names in its folder; one that is not there holds the fill value.

    Raises Malformed, NeedBytes, OutOfBytes.
    """
    found: list[float] = []
    for place, chunk in enumerate(chunks.values(), 1):
        if chunk is not None:
            found += _values(node, chunk, _left(node, is_last=place == len(chunks)))
        elif node.fill is not None:
            found.append(node.fill)
    return found


def _left(node: Node, *, is_last: bool) -> int:
    """How many values of a chunk are of the array: the last of a row may reach beyond its end."""
    if len(node.shape) != 1 or not is_last:
        return node.chunk_values
    return node.shape[0] - node.chunk[0] * (node.grid[0] - 1)


def _values(node: Node, chunk: SparseFile, left: int) -> list[float]:
    form = struct.Struct(node.letter)
    if chunk.size > 2 * LARGEST_CHUNK:
        raise Malformed("larger than what it holds")
    packed = chunk.read(0, chunk.size)
    if node.inner:
        data = unsharded(packed, node, form.size)
    else:
        data = unpacked(packed, node.codecs, node.chunk_values * form.size)
    if left <= MAX_VALUES:
        return list(struct.unpack_from(f"{node.letter[0]}{left}{node.letter[1]}", data))
    return [form.unpack_from(data, place * form.size)[0] for place in (0, left - 1)]
