"""A snapshot: arrays and groups as they were at one moment, and where their chunks are listed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from services.indexer.extractors.arrays.array import Attributes
from services.indexer.extractors.facts import MAX_COLUMNS, Malformed
from services.indexer.extractors.icechunk.files import SNAPSHOT, name_of, table_of
from services.indexer.extractors.icechunk.flatbuffers import BYTE, WORD, Table
from services.indexer.extractors.moments import rfc3339
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.zarr.node import Node, node_v3, plain

NODES, FLUSHED_AT, MESSAGE = 2, 3, 4
NODE_ID, PATH, USER_DATA, KIND, DATA = range(5)
ARRAY = 1
MANIFESTS, OBJECT_ID = 2, 0
LONG_ID, SHORT_ID = 12, 8
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BROKEN = "What it tells of an array is no JSON."


@dataclass
class Snapshot:
    """Of its arrays the first by their paths: how they are, and what lists their chunks."""

    message: str
    written: str
    attributes: Attributes = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    ids: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, list[str]] = field(default_factory=dict)
    arrays: int = 0
    groups: int = 0

    def add(self, table: Table) -> None:
        """One node more. Raises Malformed."""
        path = table.text(PATH).strip("/")
        if table.number(KIND, BYTE) != ARRAY:
            self.groups += bool(path)
            if not path:
                self.attributes = plain(_json(table).get("attributes"))
            return
        self.arrays += 1
        if len(self.nodes) < MAX_COLUMNS:
            self.nodes.append(node_v3(path, _json(table)))
            self.ids[path] = table.struct(NODE_ID, SHORT_ID)
            self.manifests[path] = _manifests(table)


def snapshot_of(file: SparseFile) -> Snapshot:
    """Raises Malformed, NeedBytes, OutOfBytes."""
    table = table_of(file, SNAPSHOT)
    found = Snapshot(table.text(MESSAGE), moment(table.number(FLUSHED_AT, WORD)))
    for node in table.tables(NODES):
        found.add(node)
    return found


def moment(microseconds: int) -> str:
    """RFC 3339; empty where no calendar has it."""
    try:
        return rfc3339(BEGINNING + timedelta(microseconds=microseconds))
    except OverflowError:
        return ""


def _manifests(table: Table) -> list[str]:
    """The names of the files that list the chunks of an array."""
    data = table.table(DATA)
    told = data.tables(MANIFESTS) if data else ()
    return [name_of(one.struct(OBJECT_ID, LONG_ID)) for one in told]


def _json(table: Table) -> dict[str, Any]:
    try:
        said = orjson.loads(table.raw(USER_DATA))
    except orjson.JSONDecodeError as error:
        raise Malformed(BROKEN) from error
    if not isinstance(said, dict):
        raise Malformed(BROKEN)
    return said
