"""Arrays of a store whose metadata is not in one place: each in a folder below, told of there.

Which there are is asked for as a list; of coordinates before others as many are read as may be.
"""

from collections.abc import Sequence

import orjson

from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zarr.names import ARRAY, ATTRIBUTES, V3, listing_of, split
from services.indexer.extractors.zarr.node import Node, node_v2, node_v3
from services.indexer.extractors.zarr.store import Store, json_of

# Of the files that one may be read with, some are left for chunks; in version 2 an array has two.
MOST_V3, MOST_V2 = 6, 3
FEW_CHUNKS = 3
FIRST = ("lon", "lat", "time", "longitude", "latitude", "x", "y")


def add_members(file: SparseFile, store: Store) -> None:
    """Tell the store of its arrays. Raises Malformed, NeedBytes, NeedFiles, OutOfBytes."""
    folder, document = split(file.name)[0], V3 if store.version == 3 else ARRAY
    listing = listing_of(folder, document)
    there = file.beside(listing)
    data = there[listing].whole() if listing in there else None
    keys: list[str] = orjson.loads(data or b"[]")
    store.names = [split(key)[0][len(folder) : -1] for key in keys]
    chosen = sorted(store.names, key=_rank)[: MOST_V3 if store.version == 3 else MOST_V2]
    read = _nodes_v3 if store.version == 3 else _nodes_v2
    store.nodes = sorted(read(file, folder, chosen, store), key=lambda node: node.path)


def _rank(name: str) -> tuple[int, str]:
    return FIRST.index(name) if name in FIRST else len(FIRST), name


def _nodes_v3(file: SparseFile, folder: str, names: Sequence[str], store: Store) -> list[Node]:
    keys = {f"{folder}{name}/{V3}": name for name in names}
    there = file.beside(*keys) if keys else {}
    nodes: list[Node] = []
    for key, document in there.items():
        said = json_of(document)
        if said.get("node_type") == "array":
            nodes.append(node_v3(keys[key], said))
        else:
            store.groups += 1
    return nodes


def _nodes_v2(file: SparseFile, folder: str, names: Sequence[str], _: Store) -> list[Node]:
    keys = [f"{folder}{name}/{document}" for name in names for document in (ARRAY, ATTRIBUTES)]
    there = file.beside(*keys) if keys else {}
    return [
        node_v2(name, json_of(there[array]), json_of(told) if (told := there.get(said)) else {})
        for name in names
        for array, said in [(f"{folder}{name}/{ARRAY}", f"{folder}{name}/{ATTRIBUTES}")]
        if array in there
    ]
