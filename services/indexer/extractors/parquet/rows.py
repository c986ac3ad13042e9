"""The first rows of a Parquet file, decoded by pyarrow from the pages that hold them."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.indexer.extractors.preview import MAX_ROWS, MAX_SHOWN, Part, table
from services.indexer.extractors.shapes import SKETCH_BYTES, Shape, of_wkb
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.sparse_reader import SparseReader, through

# A column is read in pieces of this size, so that its first rows do not take all of it.
BUFFER_BYTES = 64 * 1024
MAX_SHAPES = 20_000
BATCH_ROWS = 1_000


def first_rows(file: SparseFile) -> Part:
    """Raises what pyarrow raises, NeedBytes and OutOfBytes."""
    reader = SparseReader(file)
    with through(reader):
        opened = pq.ParquetFile(reader, buffer_size=BUFFER_BYTES, pre_buffer=False)
        metadata = opened.metadata
        names = opened.schema_arrow.names
        batches = opened.iter_batches(
            batch_size=MAX_ROWS,
            row_groups=list(_filled(metadata))[:1],
            columns=names[:MAX_SHOWN],
            use_threads=False,
        )
        batch = next(batches, None)
    columns = [[_value(one) for one in column] for column in batch.columns] if batch else []
    return table(names, list(zip(*columns, strict=True)), metadata.num_rows)


def first_shapes(file: SparseFile, column: str) -> tuple[Iterator[Shape], int]:
    """Of rows of the first row group, if its geometries are WKB and few bytes; of how many rows."""
    reader = SparseReader(file)
    with through(reader):
        opened = pq.ParquetFile(reader, buffer_size=BUFFER_BYTES, pre_buffer=False)
        group = next(_filled(opened.metadata), None)
        span = None if group is None else _span(opened.metadata.row_group(group), column)
        if span is None or span[1] > SKETCH_BYTES:
            return iter(()), 0
        # In one piece: pyarrow would ask for it little by little.
        file.read(*span)
        batches = opened.iter_batches(BATCH_ROWS, [group], [column], use_threads=False)
        every = (one for batch in batches for one in batch.column(0).to_pylist())
        values = list(islice(every, MAX_SHAPES))
    # Taken apart one by one: whoever draws them stops where there are enough points.
    shapes = (shape for one in values if isinstance(one, bytes) for shape in of_wkb(one))
    return shapes, len(values)


def _span(group: Any, column: str) -> tuple[int, int] | None:  # noqa: ANN401 -- pyarrow has no types
    """Where a column of a row group is, and how long; None where there is no such column."""
    for number in range(group.num_columns):
        chunk = group.column(number)
        if chunk.path_in_schema == column:
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            return start, chunk.total_compressed_size
    return None


def _filled(metadata: pq.FileMetaData) -> Iterator[int]:
    """The row groups that have rows."""
    for group in range(metadata.num_row_groups):
        if metadata.row_group(group).num_rows:
            yield group


def _value(scalar: Any) -> object:  # noqa: ANN401 -- pyarrow has no types
    """As Python has it; a count of nanoseconds where Python's times are too coarse."""
    try:
        return scalar.as_py()
    except (ValueError, OverflowError, pa.ArrowException):
        return getattr(scalar, "value", "?")
