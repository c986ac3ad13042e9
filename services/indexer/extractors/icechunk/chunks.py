"""Chunks by what manifests say of them: in the manifest itself, in a file of ours, or elsewhere."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.icechunk.files import MANIFEST, name_of, table_of
from services.indexer.extractors.icechunk.flatbuffers import WORD, Table
from services.indexer.extractors.icechunk.snapshot import LONG_ID, SHORT_ID, Snapshot
from services.indexer.extractors.sparse_file import OutOfBytes, SparseFile
from services.indexer.extractors.zarr.names import split
from services.indexer.extractors.zarr.node import Node

ARRAYS, ARRAY_ID, REFS = 1, 0, 1
INDEX, INLINE, START, LENGTH, CHUNK_ID = range(5)
# More than a coordinate has, and than it takes to find two of them.
MOST_REFS = 100_000
UNREADABLE = (OutOfBytes, Malformed, struct.error, ValueError)
Place = tuple[int, ...]


class Unreachable(Malformed):
    """A chunk that is in no file of the repository, or in one that is not there."""


@dataclass(frozen=True)
class Chunks:
    """Of one snapshot of the repository that this file stands for.

    What cannot be read is told in `broken`.
    """

    file: SparseFile
    snapshot: Snapshot
    broken: list[str]

    def __call__(self, wanted: Mapping[str, Node]) -> dict[str, SparseFile | None]:
        """These by their names in the store; None for one that was never written.

        One that cannot be had has no bytes, and none will come. Raises NeedBytes, NeedFiles.
        """
        found: dict[str, SparseFile | None] = {}
        for node in {node.path: node for node in wanted.values()}.values():
            names = [name for name, of in wanted.items() if of is node]
            try:
                refs = self._refs(node)
                found |= {name: self._chunk(name, refs.get(_place(name, node))) for name in names}
            except UNREADABLE as error:
                found |= {name: _missing(name) for name in names}
                self._tell(node, error)
        return found

    def _tell(self, node: Node, error: Exception) -> None:
        name = node.name[:MAX_NAME]
        if isinstance(error, Unreachable):
            self.broken.append(f"A chunk of {name} is {error}.")
        else:
            self.broken.append(f"Where the chunks of {name} are cannot be read.")

    def _refs(self, node: Node) -> dict[Place, Table]:
        folder = f"{split(self.file.name)[0]}manifests/"
        names = [folder + name for name in self.snapshot.manifests[node.path]]
        manifests = self.file.beside(*names) if names else {}
        refs: dict[Place, Table] = {}
        for one in manifests.values():
            refs |= _refs(table_of(one, MANIFEST), self.snapshot.ids[node.path])
        return refs

    def _chunk(self, name: str, ref: Table | None) -> SparseFile | None:
        """Addresses of others are not followed. Raises Unreachable."""
        if ref is None:
            return None
        if data := ref.raw(INLINE):
            return _held(name, data)
        chunk_id = ref.struct(CHUNK_ID, LONG_ID)
        if not chunk_id:
            raise Unreachable("outside the repository, where it is not read")
        key = f"{split(self.file.name)[0]}chunks/{name_of(chunk_id)}"
        there = self.file.beside(key)
        if key not in there:
            raise Unreachable("not there")
        return _held(name, there[key].read(ref.number(START, WORD), ref.number(LENGTH, WORD)))


def _refs(manifest: Table, array_id: bytes) -> dict[Place, Table]:
    """The chunks of one array by their places in its grid."""
    found: dict[Place, Table] = {}
    for array in manifest.tables(ARRAYS):
        if array.struct(ARRAY_ID, SHORT_ID) == array_id:
            for ref in array.tables(REFS):
                found[_numbers(ref.raw(INDEX, 4))] = ref
                if len(found) > MOST_REFS:
                    raise Unreachable("one of more than are looked through")
    return found


def _held(name: str, data: bytes) -> SparseFile:
    chunk = SparseFile(name, len(data))
    chunk.add(0, data)
    return chunk


def _missing(name: str) -> SparseFile:
    chunk = SparseFile(name, 1)
    chunk.is_final = True
    return chunk


def _place(name: str, node: Node) -> Place:
    """Where in its grid the chunk of this name is."""
    inner = name[len(node.path) + 1 if node.path else 0 :]
    parts = inner.split(node.separator)[1 if node.key else 0 :]
    return tuple(map(int, parts)) if node.shape else ()


def _numbers(data: bytes) -> Place:
    return struct.unpack(f"<{len(data) // 4}I", data)
