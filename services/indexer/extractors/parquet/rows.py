"""The first rows of a Parquet file, decoded by pyarrow from the pages that hold them."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.indexer.extractors.preview import MAX_ROWS, MAX_SHOWN, Part, table
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.sparse_reader import SparseReader, through

# A column is read in pieces of this size, so that its first rows do not take all of it.
BUFFER_BYTES = 64 * 1024


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
