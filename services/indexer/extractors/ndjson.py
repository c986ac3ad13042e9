"""Newline-delimited JSON (NDJSON, JSON Lines): a record a line, read whole up to 8 MiB.

Features of GeoJSON and items of STAC, one a line, are read as what they are, whatever the file is
called.
"""

from typing import Any

import orjson

from services.indexer.extractors import words
from services.indexer.extractors.columns import JSON_KINDS, ColumnKinds, columns_group
from services.indexer.extractors.delimited.dialect import Sheet
from services.indexer.extractors.delimited.meaning import (
    LATITUDE,
    LONGITUDE,
    moment_in,
    place_in,
)
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Column,
    Facts,
    Group,
    Malformed,
    Projection,
    Table,
)
from services.indexer.extractors.geojson.document import (
    BOM,
    NAMES_TOPOLOGY,
    is_record,
    names_a_type,
    starts_like_json,
)
from services.indexer.extractors.geojson.stac import STAC_MEMBER
from services.indexer.extractors.moments import is_temporal_name, span_in_words
from services.indexer.extractors.preview import Preview, table_of
from services.indexer.extractors.sparse_file import BEGINNING_ALONE, SparseFile

SUFFIXES = frozenset({"ndjson", "jsonl", "jsonlines", "ldjson"})
LABEL = "NDJSON"
MEDIA_TYPE = "application/x-ndjson"
# Types are told from the first records, as of CSV.
TYPED_ROWS = 200


def recognises(file: SparseFile) -> bool:
    """A record in its first line, before another one or under a name that says so."""
    head = file.head().removeprefix(BOM).strip()
    first, _, rest = head.partition(b"\n")
    is_named = file.suffix in SUFFIXES
    if is_record(first):
        return is_named or starts_like_json(rest)
    return is_named and not _may_be_others(head) and (starts_like_json(head) or _is_json(first))


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _may_be_others(head: bytes) -> bool:
    """Whether it looks like GeoJSON, TopoJSON or STAC, as far as its first line can be seen."""
    return names_a_type(head) or STAC_MEMBER in head or bool(NAMES_TOPOLOGY.match(head))


def parse(file: SparseFile) -> Facts:
    """Members and their types; records, place and time where all of it was read.

    Raises Malformed at the first line that is not JSON.
    """
    data = file.whole()
    is_whole = data is not None
    records = _records(_whole_lines(file.head()) if data is None else data)
    columns, rows = _columns(records), len(records) if is_whole else None
    extent = words.size(file.size) if rows is None else words.count(rows, "record")
    facts = Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {extent}",
        table=Table(columns[:MAX_COLUMNS], rows),
    )
    if is_whole:
        sheet = _sheet(columns, records)
        facts.place, facts.moment = place_in(sheet), moment_in(sheet)
        facts.projection = Projection(code="EPSG:4326") if facts.place else None
    else:
        facts.partial = BEGINNING_ALONE
    facts.groups = [_group(facts, len(columns)), columns_group(columns)]
    return facts


def preview(file: SparseFile) -> Preview:
    """The first records, of those that are whole within its head."""
    head = file.head()
    is_whole = len(head) == file.size
    records = _records(head if is_whole else _whole_lines(head))
    return Preview([table_of(list(map(_members, records)), len(records) if is_whole else None)])


def _whole_lines(head: bytes) -> bytes:
    return head[: head.rfind(b"\n") + 1]


def _records(data: bytes) -> list[Any]:
    """All lines at once, as one list of JSON: each for itself takes ten times as long."""
    lines = [line for line in data.removeprefix(BOM).splitlines() if line and not line.isspace()]
    try:
        records: list[Any] = orjson.loads(b"[%b]" % b",".join(lines))
    except orjson.JSONDecodeError:
        records = []
    return records if len(records) == len(lines) else [_record(*one) for one in enumerate(lines, 1)]


def _record(number: int, line: bytes) -> Any:  # noqa: ANN401 -- a stranger's JSON
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"Its record {number:,} is not JSON: {error}") from error


def _members(record: Any) -> dict[str, Any]:  # noqa: ANN401 -- a stranger's JSON
    """Those of an object; any other value is the only one of its own."""
    return record if isinstance(record, dict) else {"value": record}


def _columns(records: list[Any]) -> list[Column]:
    kinds = ColumnKinds()
    for record in map(_members, records[:TYPED_ROWS]):
        for name, value in record.items():
            kinds.see(name, JSON_KINDS.get(type(value), ""))
    return kinds.columns()


def _sheet(columns: list[Column], records: list[Any]) -> Sheet:
    """The columns that say where and when, as a table in text has them."""
    names = [one.name for one in columns if _says_where(one.name) or is_temporal_name(one.name)]
    objects = [one for one in records if isinstance(one, dict)] if names else []
    rows = [[_cell(one.get(name)) for name in names] for one in objects]
    return Sheet(names, rows, ",", "UTF-8", has_header=True, is_whole=True)


def _says_where(name: str) -> bool:
    return any(one.fullmatch(name.lower()) for one in (LATITUDE, LONGITUDE))


def _cell(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _group(facts: Facts, columns: int) -> Group:
    group = Group("Table")
    rows = facts.table.row_count if facts.table else None
    group.add("Records", "" if rows is None else f"{rows:,}")
    group.add("Members", f"{columns:,}")
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group
