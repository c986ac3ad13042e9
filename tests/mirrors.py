"""Tables of items as whoever reads Parquet has them, and as items again."""

import io
from base64 import b64decode
from datetime import datetime
from typing import Any

import orjson
import pyarrow.parquet as pq

from services.indexer.extractors.facts import Facts
from services.indexer.extractors.parquet import parse
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.mirrors import DATA

Item = dict[str, Any]
TIMES = ("datetime", "start_datetime", "end_datetime", "created", "updated")


def items_of(content: bytes) -> list[Item]:
    """As our own reader of stac-geoparquet tells them."""
    file = SparseFile("items.parquet", len(content))
    file.add(0, content)
    facts: Facts = parse(file)
    assert facts.stac is not None
    return facts.stac.documents


def content_of(answer: dict[str, Any]) -> bytes:
    """The piece of the file that a step answers with."""
    return b64decode(answer[DATA])


def metadata_of(content: bytes) -> dict[str, Any]:
    """What GeoParquet says of the whole."""
    said: dict[str, Any] = orjson.loads(pq.read_metadata(io.BytesIO(content)).metadata[b"geo"])
    return said


def comparable(item: Item) -> Item:
    """In what a table can tell: a time is a moment, what is null is not said."""
    told: Item = _said(item)
    properties = told["properties"]
    times = {
        name: datetime.fromisoformat(properties[name]) for name in TIMES if properties.get(name)
    }
    return told | {"properties": {"datetime": None} | properties | times}


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items() if one is not None}
    return [_said(one) for one in value] if isinstance(value, list) else value
