"""The first rows of a layer, without its geometries."""

from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.geopackage.layers import Layer
from services.indexer.extractors.preview import MAX_ROWS, MAX_SHOWN, Part, table
from services.indexer.extractors.sqlite import Database


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


def _quoted(name: str) -> str:
    """As an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'
