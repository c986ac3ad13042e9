"""The first rows of a layer and its shapes: a header, then well-known binary (OGC 12-128)."""

from collections.abc import Iterator

from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.geopackage.layers import Layer
from services.indexer.extractors.preview import MAX_ROWS, MAX_SHOWN, Part, table
from services.indexer.extractors.shapes import Shape, of_wkb
from services.indexer.extractors.sqlite import Database

MAX_SHAPES = 20_000
MAGIC, FLAGS_PLACE, HEADER_BYTES, IS_EMPTY = b"GP", 3, 8, 0x10
# How long the box in the header is, by the three bits that tell its kind.
ENVELOPES = {1: 32, 2: 48, 3: 48, 4: 64}


def first_rows(database: Database, layer: Layer) -> Part:
    """Raises Malformed, NeedBytes, OutOfBytes."""
    described = database.rows("SELECT name FROM pragma_table_info(?)", layer.table)
    names = [str(row["name"]) for row in described if row["name"] != layer.geometry_column]
    # By numbers: a row is a mapping, and SQLite knows names apart that are alike to it.
    wanted = [f"{_quoted(name)} AS c{number}" for number, name in enumerate(names[:MAX_SHOWN])]
    query = f"SELECT {', '.join(wanted) or 1} FROM {_quoted(layer.table)} LIMIT {MAX_ROWS}"  # noqa: S608 -- quoted
    rows = [list(row.values())[: len(names)] for row in database.rows(query)]
    part = table(names, rows, layer.features)
    part.title = layer.table[:MAX_NAME]
    return part


def shapes_of(database: Database, layer: Layer) -> Iterator[Shape]:
    """Of its first features. Raises Malformed, NeedBytes, OutOfBytes."""
    column, table_name = _quoted(layer.geometry_column), _quoted(layer.table)
    query = f"SELECT {column} AS shape FROM {table_name} LIMIT {MAX_SHAPES}"  # noqa: S608 -- quoted
    for row in database.rows(query):
        blob: object = row["shape"]
        if isinstance(blob, bytes) and blob[:2] == MAGIC and not blob[FLAGS_PLACE] & IS_EMPTY:
            envelope = ENVELOPES.get(blob[FLAGS_PLACE] >> 1 & 7, 0)
            yield from of_wkb(blob[HEADER_BYTES + envelope :])


def _quoted(name: str) -> str:
    """As an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
