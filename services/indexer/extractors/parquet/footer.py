"""The footer of a Parquet file, decoded by pyarrow from memory: it never reads a file itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import MAX_TEXT, Column, Malformed, Moment
from services.indexer.extractors.moments import in_range, is_temporal_name, moment_of
from services.indexer.extractors.sparse_file import SparseFile

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
TAIL_BYTES = 64 * 1024
MAX_TYPE = 120


def read_footer(file: SparseFile) -> "Footer":
    """Raises Malformed where there is none or it cannot be decoded."""
    start = max(0, file.size - TAIL_BYTES)
    tail = file.read(start, file.size - start)
    if tail[-4:] == ENCRYPTED:
        raise Malformed("Its footer is encrypted.")
    if tail[-4:] != MAGIC or file.size < 12:
        raise Malformed("It does not end as a Parquet file does; it may be cut off.")
    length = int.from_bytes(tail[-8:-4], "little") + 8
    if length > len(tail):
        tail = file.read(file.size - length, length)
    try:
        # To pyarrow the first four bytes and the footer are a file: it reads no pages here.
        metadata = pq.read_metadata(pa.BufferReader(MAGIC + tail[-length:]))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Malformed(f"Its footer cannot be decoded: {error}"[:MAX_TEXT]) from error
    return Footer(metadata)


class Footer:
    """What the footer says, read as far as it is asked for."""

    def __init__(self, metadata: pq.FileMetaData) -> None:
        self._metadata = metadata
        self.rows: int = metadata.num_rows
        self.row_groups: int = metadata.num_row_groups
        self.created_by: str = metadata.created_by or ""

    @cached_property
    def columns(self) -> list[Column]:
        """Top-level names and types in Arrow's words, or in Parquet's where Arrow knows none."""
        try:
            schema = self._metadata.schema.to_arrow_schema()
            named = [(field.name, str(field.type)) for field in schema]
        except (pa.ArrowException, ValueError):
            plain = self._metadata.schema
            leaves = (plain.column(i) for i in range(len(plain)))
            named = [(leaf.path, leaf.physical_type) for leaf in leaves]
        return [Column(name[:MAX_NAME], kind[:MAX_TYPE]) for name, kind in named]

    @property
    def compression(self) -> str:
        """The codec of the first column."""
        if not self.row_groups or not len(self._metadata.schema):
            return ""
        return str(self._metadata.row_group(0).column(0).compression).capitalize()

    def json(self, key: bytes) -> dict[str, Any]:
        """A JSON object among the file's own metadata; empty where there is none."""
        text = (self._metadata.metadata or {}).get(key)
        try:
            found = orjson.loads(text) if text else {}
        except orjson.JSONDecodeError as error:
            raise Malformed(f"Its {key.decode()} metadata is not JSON.") from error
        return found if isinstance(found, dict) else {}

    def moment(self) -> Moment | None:
        """From the statistics of the first column that is a time by its name and its type."""
        for column in self.columns:
            if is_temporal_name(column.name) and column.type.startswith(("timestamp", "date")):
                times = [when for when in map(_as_time, self._extremes(column.name)) if when]
                if times:
                    return moment_of(times, f"from the column {column.name}")
        return None

    def span(self, path: str) -> tuple[float, float] | None:
        """Least and greatest number of a column; None unless every row group tells them."""
        numbers = [value for value in self._extremes(path) if isinstance(value, int | float)]
        return (float(min(numbers)), float(max(numbers))) if numbers else None

    @cached_property
    def _leaves(self) -> dict[str, int]:
        schema = self._metadata.schema
        return {schema.column(i).path: i for i in range(len(schema))}

    def _extremes(self, path: str) -> list[Any]:
        """The least and greatest values of a column in each row group; none where one is silent."""
        leaf = self._leaves.get(path)
        values: list[Any] = []
        for statistics in self._statistics(leaf) if leaf is not None else ():
            if statistics is None or not statistics.has_min_max:
                return []
            values += [statistics.min, statistics.max]
        return values

    def _statistics(self, leaf: int) -> Iterator[Any]:
        for group in range(self.row_groups):
            row_group = self._metadata.row_group(group)
            if row_group.num_rows:
                yield row_group.column(leaf).statistics


def _as_time(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return in_range(value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return in_range(datetime.combine(value, time(), UTC))
    return None
