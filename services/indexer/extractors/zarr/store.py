"""What a document of a store tells: of one array, of a group alone, or of all that is in it."""

import json
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.indexer.extractors.arrays.array import Attributes
from services.indexer.extractors.facts import MAX_COLUMNS, Malformed
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zarr.names import ARRAY, ATTRIBUTES, CONSOLIDATED, GROUP, V3, split
from services.indexer.extractors.zarr.node import Node, node_v2, node_v3, plain

Json = dict[str, Any]


@dataclass
class Store:
    """`nodes` are its arrays, by their paths; `is_whole` says whether those are all of them."""

    version: int
    attributes: Attributes
    nodes: list[Node] = field(default_factory=list)
    is_array: bool = False
    is_consolidated: bool = False
    groups: int = 0
    # Of one whose metadata is in many places: also those of arrays that are not looked at.
    names: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether all arrays of it are known."""
        if self.is_array or self.is_consolidated:
            return len(self.nodes) <= MAX_COLUMNS
        # A group among them has arrays of its own.
        return bool(self.names) and len(self.nodes) == len(self.names)


def read_store(file: SparseFile) -> Store:
    """Raises Malformed, NeedBytes, NeedFiles."""
    folder, name = split(file.name)
    said = json_of(file)
    if name == V3:
        return _store_v3(said)
    if name == CONSOLIDATED:
        return _consolidated_v2(said)
    beside = file.beside(folder + ATTRIBUTES).values()
    attributes = next((json_of(one) for one in beside), {})
    if name == ARRAY:
        node = node_v2("", said, attributes)
        return Store(2, plain(attributes), [node], is_array=True)
    return Store(2, plain(attributes))


def json_of(file: SparseFile) -> Json:
    """An object of JSON. Raises Malformed."""
    data = file.whole()
    if data is None:
        raise Malformed("What it tells of the store is more than 8 MB long.")
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        said = _with_nan(data)
    if not isinstance(said, dict):
        raise Malformed("It is JSON, but tells of no store.")
    return said


def _with_nan(data: bytes) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """Python writes what is not a number as such, against the rules of JSON."""
    try:
        return json.loads(data)
    except ValueError as error:
        raise Malformed(f"It is not JSON: {error}") from error


def _store_v3(said: Json) -> Store:
    if said.get("zarr_format") != 3:
        raise Malformed("It is a store of an unknown version.")
    attributes = plain(said.get("attributes"))
    if said.get("node_type") == "array":
        return Store(3, attributes, [node_v3("", said)], is_array=True)
    consolidated = said.get("consolidated_metadata")
    inside = consolidated.get("metadata") if isinstance(consolidated, dict) else None
    if not isinstance(inside, dict):
        return Store(3, attributes)
    nodes = {path: one for path, one in inside.items() if isinstance(one, dict)}
    arrays = {path: one for path, one in nodes.items() if one.get("node_type") == "array"}
    return Store(
        3,
        attributes,
        [node_v3(path, one) for path, one in sorted(arrays.items())],
        is_consolidated=True,
        groups=len(nodes) - len(arrays),
    )


def _consolidated_v2(said: Json) -> Store:
    inside = said.get("metadata")
    if not isinstance(inside, dict):
        raise Malformed("It tells of nothing in its store.")
    arrays = {
        split(name)[0].rstrip("/"): one
        for name, one in inside.items()
        if split(name)[1] == ARRAY and isinstance(one, dict)
    }
    groups = [name for name in inside if split(name)[1] == GROUP]
    nodes = [
        node_v2(path, one, inside.get(f"{path}/{ATTRIBUTES}" if path else ATTRIBUTES))
        for path, one in sorted(arrays.items())
    ]
    attributes = plain(inside.get(ATTRIBUTES))
    return Store(2, attributes, nodes, is_consolidated=True, groups=max(0, len(groups) - 1))
