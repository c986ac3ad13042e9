"""Zarr 2 and 3: a store is one thing, and the file at its root that describes it stands for it.

Of its arrays as much is known as that file tells: all of them where its metadata is consolidated.
Chunks are read of a few coordinates alone.
"""

from functools import partial

from services.indexer.extractors import words
from services.indexer.extractors.arrays.survey import facts_of, sizes_of
from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import MAX_COLUMNS, Facts, Group
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zarr.chunks import MAX_CHUNKS
from services.indexer.extractors.zarr.members import FEW_CHUNKS, add_members
from services.indexer.extractors.zarr.names import (
    ARRAY,
    ATTRIBUTES,
    CONSOLIDATED,
    DOCUMENTS,
    GROUP,
    GROUPS,
    V3,
    split,
)
from services.indexer.extractors.zarr.packing import packing
from services.indexer.extractors.zarr.reading import arrays_of, objects_below
from services.indexer.extractors.zarr.store import Store, json_of, read_store

SUFFIXES: frozenset[str] = frozenset()
LABEL = "Zarr"
MEDIA_TYPE = "application/vnd.zarr; version={}"
JSON_TYPE = "application/json"
# What of two files in one folder is better told by the first.
BETTER = {
    V3: (), CONSOLIDATED: (V3,), GROUP: (V3, CONSOLIDATED), ARRAY: (V3,),
    ATTRIBUTES: (V3, CONSOLIDATED, GROUP, ARRAY),
}  # fmt: skip


def recognises(file: SparseFile) -> bool:
    """By its whole name, and by JSON in it."""
    name = split(file.name)[1]
    if name not in DOCUMENTS or not file.head(64).lstrip().startswith(b"{"):
        return False
    return name != V3 or b'"zarr_format"' in file.head()


def parse(file: SparseFile) -> Facts:
    """All of the store at its root; below it, what is told of one array. Raises Malformed."""
    above = _above(file)
    if split(file.name)[1] == ATTRIBUTES:
        count = words.count(len(json_of(file)), "attribute")
        return Facts("Zarr attributes", JSON_TYPE, f"Zarr attributes, {count}", part_of=above)
    store = read_store(file)
    return _piece(store, above) if above else _whole(file, store)


def _above(file: SparseFile) -> str:
    """The file that stands for this one, in its folder or in that above; empty where none does."""
    folder, name = split(file.name)
    outer = split(folder[:-1])[0]
    names = [folder + one for one in BETTER[name]]
    if folder:
        names += [outer + one for one in GROUPS]
    there = file.beside(*names) if names else {}
    return next((one for one in names if one in there), "")


def _piece(store: Store, above: str) -> Facts:
    """An array or a group inside a store: it is told of there, and is no item of its own."""
    if not store.is_array:
        return Facts("Zarr group", JSON_TYPE, "Zarr group", part_of=above)
    (node,) = store.nodes
    sizes = " × ".join(f"{size:,}" for size in node.shape)
    summary = ", ".join(filter(None, ("Zarr array", node.data_type, sizes)))
    return Facts("Zarr array", JSON_TYPE, summary, groups=[packing([node])], part_of=above)


def _whole(file: SparseFile, store: Store) -> Facts:
    if not (store.is_consolidated or store.is_array):
        add_members(file, store)
    nodes, broken = store.nodes[:MAX_COLUMNS], list[str]()
    most = FEW_CHUNKS if store.names and store.version == 2 else MAX_CHUNKS
    arrays = arrays_of(nodes, broken, partial(objects_below, file), most)
    media_type = MEDIA_TYPE.format(store.version)
    facts = facts_of(LABEL, media_type, sizes_of(arrays), arrays, store.attributes)
    facts.is_folder = True
    if not nodes:
        facts.summary = f"{LABEL} {store.version}"
    facts.groups = [*facts.groups, _about(store), packing(nodes)]
    # Values are read while facts are made of them.
    facts.partial = _missing(store) or next(iter(broken), "")
    return facts


def _missing(store: Store) -> str:
    if store.is_whole:
        return ""
    if store.is_consolidated:
        return "It has more arrays than are looked at."
    if store.names:
        told = f"{len(store.nodes):,} of {len(store.names):,} are looked at"
        return f"Its metadata is not consolidated: of its arrays and groups {told}."
    return "Its metadata is not consolidated, and no array of it is known yet."


def _about(store: Store) -> Group:
    group = Group("Store")
    group.add("Version", str(store.version))
    group.add("Arrays", f"{len(store.nodes):,}" if store.is_whole else "")
    group.add("Groups", f"{store.groups:,}" if store.groups else "")
    group.add("Arrays and groups in it", ", ".join(name[:MAX_NAME] for name in store.names))
    consolidated = "yes" if store.is_consolidated else "no"
    group.add("Consolidated metadata", "" if store.is_array else consolidated)
    return group
