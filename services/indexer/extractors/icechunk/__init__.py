"""Icechunk 1 and 2: a repository of snapshots of a store of Zarr is one thing.

In version 2 the file `repo` at its root names all snapshots, and stands for it: as it is on the
branch `main`. In version 1 a small file for each branch names one, from a folder of its own from
which nothing else is read: that of `main` stands for the repository, and snapshots tell of arrays.
"""

import re
import struct
from collections.abc import Callable
from typing import TypeVar

from services.indexer.extractors import words
from services.indexer.extractors.arrays.survey import facts_of, sizes_of
from services.indexer.extractors.facts import Facts, Group, Malformed
from services.indexer.extractors.icechunk.chunks import Chunks
from services.indexer.extractors.icechunk.files import (
    LOG,
    MANIFEST,
    REPOSITORY,
    SNAPSHOT,
    head_of,
)
from services.indexer.extractors.icechunk.history import History, history_of
from services.indexer.extractors.icechunk.snapshot import Snapshot, snapshot_of
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zarr.names import split
from services.indexer.extractors.zarr.packing import packing
from services.indexer.extractors.zarr.reading import arrays_of

SUFFIXES: frozenset[str] = frozenset()
LABEL = "Icechunk"
# As xpystac asks for it; none is registered.
MEDIA_TYPE = "application/vnd.zarr+icechunk"
BINARY, JSON_TYPE = "application/octet-stream", "application/json"
ROOT, MAIN = "repo", "refs/branch.main/ref.json"
REFERENCE = re.compile(r"(.*/)?refs/(branch|tag)\.([^/]+)/ref\.json", re.DOTALL)
SAID = re.compile(rb'\s*\{\s*"snapshot"\s*:\s*"([0-9A-HJKMNP-TV-Z]{20})"\s*\}\s*')
Read = TypeVar("Read")
NAMES = {
    MANIFEST: "Icechunk manifest",
    LOG: "Icechunk transaction log",
    REPOSITORY: "Icechunk repository as it was",
}


def recognises(file: SparseFile) -> bool:
    """By the head of its own files; a reference by what it says, and where it is."""
    if head_of(file) is not None:
        return True
    return bool(REFERENCE.fullmatch(file.name) and SAID.fullmatch(file.head()))


def parse(file: SparseFile) -> Facts:
    """All of a repository at its root; elsewhere what that file tells. Raises Malformed."""
    head = head_of(file)
    if head is None:
        return _reference(file)
    if head.kind == REPOSITORY and split(file.name)[1] == ROOT:
        return _whole(file)
    folder = split(file.name)[0]
    above = _above(file, split(folder[:-1])[0])
    if head.kind == SNAPSHOT:
        return _snapshot(file, above)
    name = NAMES.get(head.kind, "Icechunk file")
    return Facts(name, BINARY, name, part_of=above)


def _above(file: SparseFile, folder: str) -> str:
    """The file that stands for the repository; empty where there is none."""
    names = [folder + one for one in (ROOT, MAIN)]
    there = file.beside(*names)
    return next((one for one in names if one in there and one != file.name), "")


def _reference(file: SparseFile) -> Facts:
    """What a branch or a tag of version 1 points to."""
    said, place = SAID.fullmatch(file.head()), REFERENCE.fullmatch(file.name)
    if said is None or place is None:
        raise Malformed("It names no snapshot.")
    folder, kind, name = place.groups("")
    above = _above(file, folder)
    snapshot = said[1].decode()
    there = file.beside(f"{folder}snapshots/{snapshot}")
    group = Group("Reference")
    group.add(kind.capitalize(), name)
    group.add("Snapshot", snapshot)
    label, summary = f"{LABEL} {kind}", f"{LABEL} {kind} {name}"
    if not above:
        label, summary = LABEL, f"{LABEL} 1, {kind} {name}"
    facts = Facts(label, JSON_TYPE, summary, groups=[group], part_of=above)
    if not there:
        facts.partial = "The snapshot that it names is not there."
    return facts


def _snapshot(file: SparseFile, above: str) -> Facts:
    snapshot = _read(snapshot_of, file)
    told = words.count(snapshot.arrays, "array")
    facts = Facts("Icechunk snapshot", BINARY, f"Icechunk snapshot, {told}", part_of=above)
    facts.groups = [_about(snapshot), packing(snapshot.nodes)]
    return facts


def _whole(file: SparseFile) -> Facts:
    history = _read(history_of, file)
    key = f"{split(file.name)[0]}snapshots/{history.snapshot}"
    there = file.beside(key)
    broken: list[str] = []
    snapshot = _read(snapshot_of, there[key]) if key in there else Snapshot("", "")
    arrays = arrays_of(snapshot.nodes, broken, Chunks(file, snapshot, broken))
    facts = facts_of(LABEL, MEDIA_TYPE, sizes_of(arrays), arrays, snapshot.attributes)
    facts.is_folder, facts.described_by = True, BINARY
    about = [_story(history), _about(snapshot), packing(snapshot.nodes)]
    facts.groups = [*facts.groups, *about]
    # Values are read while facts are made of them.
    facts.partial = _missing(snapshot, is_there=bool(there)) or next(iter(broken), "")
    return facts


def _missing(snapshot: Snapshot, *, is_there: bool) -> str:
    if not is_there:
        return "The snapshot that it names is not there."
    if snapshot.arrays > len(snapshot.nodes):
        return "It has more arrays than are looked at."
    return ""


def _story(history: History) -> Group:
    group = Group("Repository")
    group.add("Specification", str(history.version))
    group.add("Branches", ", ".join(history.branches))
    group.add("Tags", ", ".join(history.tags))
    group.add("Snapshots", f"{history.snapshots:,}")
    group.add("Told as of", f"{history.branch}, {history.snapshot}")
    return group


def _about(snapshot: Snapshot) -> Group:
    group = Group("Snapshot")
    group.add("Message", snapshot.message)
    group.add("Written", snapshot.written)
    group.add("Arrays", f"{snapshot.arrays:,}" if snapshot.arrays else "")
    group.add("Groups", f"{snapshot.groups:,}" if snapshot.groups else "")
    return group


def _read(read: Callable[[SparseFile], Read], file: SparseFile) -> Read:
    """Malformed for what leads nowhere."""
    try:
        return read(file)
    except (struct.error, ValueError) as error:
        raise Malformed(f"A table in it leads nowhere: {error}") from error
