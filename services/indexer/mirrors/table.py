"""The table itself: row groups of Parquet, with the metadata of GeoParquet 1.1 at its end."""

import io
from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from services.indexer.mirrors.forms import Form, Listed, Plain, Record
from services.indexer.mirrors.shape import Shape

# A row group is held in memory until it is written.
MOST_ROWS, MOST_BYTES = 50_000, 8 * 1024 * 1024
COMPRESSION = "zstd"
TYPES: dict[Form, pa.DataType] = {
    Plain.TRUTH: pa.bool_(),
    Plain.WHOLE: pa.int64(),
    Plain.NUMBER: pa.float64(),
    Plain.TEXT: pa.string(),
    Plain.MOMENT: pa.timestamp("us", tz="UTC"),
    Plain.ANY: pa.string(),
}


class Written(io.RawIOBase):
    """What was written since it was taken last."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 (any buffer)
        """Keep it."""
        chunk = bytes(data)
        self._chunks.append(chunk)
        return len(chunk)

    def taken(self) -> bytes:
        """All of it, which is not kept any longer."""
        whole, self._chunks = b"".join(self._chunks), []
        return whole


class TableWriter:
    """Writes the items of one shape, which is settled."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._schema = schema_of(shape)
        self._written = Written()
        self._batches: list[pa.RecordBatch] = []
        sink = pa.PythonFile(self._written, mode="w")
        self._writer = pq.ParquetWriter(sink, self._schema, compression=COMPRESSION)

    def add(self, items: Sequence[dict[str, Any]]) -> bytes:
        """What of the file is there by now. Raises as what does not fit does."""
        rows = [self._shape.row(item) for item in items]
        self._batches.append(pa.RecordBatch.from_pylist(rows, schema=self._schema))
        held = [sum(numbers) for numbers in zip(*map(_measured, self._batches), strict=True)]
        if held[0] >= MOST_ROWS or held[1] >= MOST_BYTES:
            self._write_group()
        return self._written.taken()

    def end(self) -> bytes:
        """The rest of the file."""
        if self._batches:
            self._write_group()
        self._writer.add_key_value_metadata(metadata_of(self._shape))
        self._writer.close()
        return self._written.taken()

    def _write_group(self) -> None:
        batches, self._batches = self._batches, []
        table = pa.Table.from_batches(batches, self._schema)
        self._writer.write_table(table, row_group_size=table.num_rows)


def _measured(batch: pa.RecordBatch) -> tuple[int, int]:
    return batch.num_rows, batch.nbytes


def schema_of(shape: Shape) -> pa.Schema:
    """Its columns, those of places last."""
    fields = [pa.field(name, _type(form)) for name, form in shape.forms.items()]
    edges = pa.struct([pa.field(edge, pa.float64()) for edge in shape.edges])
    return pa.schema([*fields, pa.field("bbox", edges), pa.field("geometry", pa.binary())])


def _type(form: Form) -> pa.DataType:
    if isinstance(form, Listed):
        return pa.list_(_type(form.of))
    if isinstance(form, Record):
        return pa.struct([pa.field(name, _type(one)) for name, one in form.members.items()])
    return TYPES[form]


def metadata_of(shape: Shape) -> dict[str, bytes]:
    """Of GeoParquet, and of stac-geoparquet.

    Boxes over the antimeridian are said to cover nothing: who takes them for plain ones would skip
    what lies there.
    """
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(shape.geometry_types)}
    if shape.box and not shape.is_crossing:
        edges = ("xmin", "ymin", "xmax", "ymax")
        column |= {
            "bbox": shape.box,
            "covering": {"bbox": {edge: ["bbox", edge] for edge in edges}},
        }
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {
        "geo": orjson.dumps(geo),
        "stac-geoparquet": orjson.dumps({"version": "1.0.0"}),
    }
