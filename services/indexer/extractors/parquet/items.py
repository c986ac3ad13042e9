"""STAC items in a table (stac-geoparquet 1.0): a row each, their properties as columns."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.indexer.extractors import words
from services.indexer.extractors.facts import MAX_TEXT, Facts, Group, Malformed, Stac
from services.indexer.extractors.parquet.footer import Footer
from services.indexer.extractors.parquet.wkb import geometry_of
from services.indexer.extractors.sparse_file import SparseFile

NEEDED = frozenset({"id", "stac_version", "geometry", "assets"})
MEMBERS = frozenset(
    ("type", "stac_version", "stac_extensions", "id", "collection", "links", "assets")
)
EDGES = ("xmin", "ymin", "zmin", "xmax", "ymax", "zmax")
PLAIN = (str, int, float, type(None))
# What a reply can hold; more are listed by nobody's settings.
MAX_ROWS = 20_000


def are_items(footer: Footer) -> bool:
    """Whether its columns are those of items."""
    return {column.name for column in footer.columns} >= NEEDED


def add_items(facts: Facts, file: SparseFile, footer: Footer) -> None:
    """Its items, or why they are not read. Raises as reading does, and Malformed."""
    whole = file.whole() if footer.rows <= MAX_ROWS else None
    if whole is None:
        group = Group("STAC")
        group.add("Items", f"not read: only of tables up to 8 MB and {MAX_ROWS:,} rows")
        facts.groups.append(group)
        return
    facts.format = "STAC"
    facts.summary = f"STAC, {words.count(footer.rows, 'item')} in GeoParquet"
    facts.stac = Stac([_item(row) for row in _rows(whole)], is_list=True)


def _rows(whole: bytes) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(pa.BufferReader(whole), use_threads=False)
        for place, column in enumerate(table.schema):
            # Of nanoseconds there are no objects in Python.
            if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
                micro = table.column(place).cast(pa.timestamp("us", column.type.tz), safe=False)
                table = table.set_column(place, column.name, micro)
        rows: list[dict[str, Any]] = table.to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Malformed(f"Its rows cannot be decoded: {error}"[:MAX_TEXT]) from error
    return rows


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    """The item that a row is. What is null in a row is not said, but for its datetime."""
    said = {name: _json(value) for name, value in row.items() if value is not None}
    item = {name: said[name] for name in MEMBERS if name in said}
    skipped = MEMBERS | {"geometry", "bbox"}
    properties = {
        name: value
        for name, value in said.items()
        if name not in skipped and not isinstance(row[name], bytes)
    }
    wkb = row.get("geometry")
    item |= {
        "type": "Feature",
        "links": said.get("links", []),
        "geometry": geometry_of(wkb) if isinstance(wkb, bytes) else None,
        "properties": {"datetime": None} | properties,
    }
    bbox = row.get("bbox")
    if isinstance(bbox, dict):
        item["bbox"] = [bbox[edge] for edge in EDGES if bbox.get(edge) is not None]
    elif isinstance(bbox, list):
        item["bbox"] = bbox
    return item


def _json(value: Any) -> Any:  # noqa: ANN401  (whatever a table holds)
    if isinstance(value, dict):
        return {name: _json(one) for name, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, PLAIN) else str(value)
