"""The arrays of a store as arrays of any format, with the values of those that are coordinates."""

from collections.abc import Callable, Mapping, Sequence

from services.indexer.extractors.arrays.array import Array
from services.indexer.extractors.arrays.conventions import kind_of
from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zarr.chunks import MAX_CHUNKS, chosen, values_of
from services.indexer.extractors.zarr.names import split
from services.indexer.extractors.zarr.node import Node

Values = Callable[[], Sequence[float]]
# Chunks by their names in the store, None for one that is not there.
There = Callable[[Mapping[str, Node]], Mapping[str, SparseFile | None]]
# Coordinates of these kinds are read before others.
FIRST = ("longitude", "latitude", "time", "x", "y")


def arrays_of(
    nodes: Sequence[Node], broken: list[str], there: There, most: int = MAX_CHUNKS
) -> list[Array]:
    """As many of the coordinates as may be have values; what cannot be read is told in `broken`.

    Raises what `there` raises: all chunks that may be there are asked for at once.
    """
    paths = {node.path for node in nodes}
    plain = {node.path: _array(node, paths, _nothing) for node in nodes}
    wanted = chosen(
        [
            node
            for node in sorted(nodes, key=lambda one: _rank(plain[one.path]))
            if _is_coordinate(plain[node.path])
        ],
        most,
    )
    found = there(wanted) if wanted else {}
    chunks: dict[str, dict[str, SparseFile | None]] = {}
    for name, node in wanted.items():
        chunks.setdefault(node.path, {})[name] = found.get(name)
    return [
        _array(node, paths, _reader(node, chunks[node.path], broken))
        if node.path in chunks
        else plain[node.path]
        for node in nodes
    ]


def objects_below(file: SparseFile, wanted: Mapping[str, Node]) -> dict[str, SparseFile | None]:
    """Chunks as they are in a plain store: an object each. Raises NeedFiles."""
    folder = split(file.name)[0]
    there = file.beside(*(folder + name for name in wanted))
    return {name: there.get(folder + name) for name in wanted}


def _nothing() -> Sequence[float]:
    return []


def _array(node: Node, paths: set[str], values: Values) -> Array:
    """A dimension is called as the coordinate of that name in the same group is."""
    group = split(node.path)[0]
    return Array(
        name=node.name,
        dimensions=tuple(group + one if group + one in paths else one for one in node.dimensions),
        shape=node.shape,
        data_type=node.data_type,
        attributes=node.attributes,
        values=values,
    )


def _is_coordinate(array: Array) -> bool:
    return bool(kind_of(array)) or array.dimensions == (array.name,)


def _rank(array: Array) -> int:
    kind = kind_of(array)
    return FIRST.index(kind) if kind in FIRST else len(FIRST)


def _reader(node: Node, chunks: Mapping[str, SparseFile | None], broken: list[str]) -> Values:
    def read() -> Sequence[float]:
        try:
            return values_of(node, chunks)
        except Malformed as problem:
            broken.append(f"A chunk of {node.name[:MAX_NAME]} is {problem}.")
            return []

    return read
