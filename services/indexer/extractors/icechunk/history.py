"""What the file at the root of a repository of version 2 tells: branches, tags, snapshots."""

from dataclasses import dataclass
from itertools import islice

from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.icechunk.files import REPOSITORY, name_of, table_of
from services.indexer.extractors.icechunk.flatbuffers import BYTE
from services.indexer.extractors.icechunk.snapshot import LONG_ID
from services.indexer.extractors.sparse_file import SparseFile

VERSION, TAGS, BRANCHES, _, SNAPSHOTS = range(5)
NAME, INDEX = 0, 1
IDENTIFIER = 0
MAIN = "main"
# Of very many references those are told that come first.
MOST_NAMES = 1_000


@dataclass(frozen=True)
class History:
    """`snapshot` is the name of the file of that which `branch` is at."""

    version: int
    branches: list[str]
    tags: list[str]
    snapshots: int
    branch: str
    snapshot: str


def history_of(file: SparseFile) -> History:
    """Raises Malformed, NeedBytes, OutOfBytes, and what broken tables raise."""
    table = table_of(file, REPOSITORY)
    branches = {one.text(NAME): one.number(INDEX) for one in table.tables(BRANCHES)}
    branch = MAIN if MAIN in branches else next(iter(branches), "")
    snapshots = list(table.tables(SNAPSHOTS))
    if not branch or branches[branch] >= len(snapshots):
        raise Malformed("It has no branch that is at a snapshot.")
    tags = [one.text(NAME) for one in islice(table.tables(TAGS), MOST_NAMES)]
    return History(
        version=table.number(VERSION, BYTE),
        branches=[name[:MAX_NAME] for name in branches],
        tags=[name[:MAX_NAME] for name in tags],
        snapshots=len(snapshots),
        branch=branch[:MAX_NAME],
        snapshot=name_of(snapshots[branches[branch]].struct(IDENTIFIER, LONG_ID)),
    )
