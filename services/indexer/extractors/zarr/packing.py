"""How arrays lie in chunks and shards, in words."""

from collections.abc import Sequence
from math import prod

from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Group
from services.indexer.extractors.zarr.node import Node, packed_by


def packing(nodes: Sequence[Node]) -> Group:
    """`temperature`: chunks of 1 × 180 × 360, 365 in all, zstd."""
    group = Group("Chunks")
    for node in nodes:
        codecs = [name for name, _ in packed_by(node) if name != "bytes"]
        told = (_steps(node), f"{prod(node.grid):,} in all", ", ".join(codecs))
        group.add(node.name[: 2 * MAX_NAME], ", ".join(filter(None, told)))
    return group


def _steps(node: Node) -> str:
    """`1 × 90 in shards of 10 × 90`: only shards are objects."""
    steps = " × ".join(f"{step:,}" for step in node.chunk)
    inner = " × ".join(f"{step:,}" for step in node.inner)
    return f"{inner} in shards of {steps}" if inner else steps
