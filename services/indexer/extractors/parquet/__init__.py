"""Parquet and GeoParquet (1.0, 1.1), from the footer alone."""

from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.crs import projection_of, title_of
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Facts,
    Group,
    Projection,
    Table,
)
from services.indexer.extractors.moments import span_in_words
from services.indexer.extractors.parquet.footer import MAGIC, Footer, read_footer
from services.indexer.extractors.parquet.geo import Geography, geography
from services.indexer.extractors.parquet.items import add_items, are_items
from services.indexer.extractors.parquet.rows import first_rows, first_shapes
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"parquet", "geoparquet", "pq", "parq"})
LABEL = "Parquet"
MEDIA_TYPE = "application/vnd.apache.parquet"


def recognises(file: SparseFile) -> bool:
    """By its first four bytes."""
    return file.head(4) == MAGIC


def parse(file: SparseFile) -> Facts:
    """Columns and row count; with `geo` metadata also where it is; and STAC items, row by row."""
    footer = read_footer(file)
    where = geography(footer)
    name = "GeoParquet" if where else "Parquet"
    facts = Facts(
        format=name,
        media_type=MEDIA_TYPE,
        summary=f"{name}, {words.count(footer.rows, 'row')}",
        place=where.place if where else None,
        moment=footer.moment(),
        projection=_projection(where) if where else None,
        table=Table(footer.columns[:MAX_COLUMNS], footer.rows, where.column if where else None),
    )
    facts.groups = [_table(footer, facts)]
    if where:
        facts.groups.append(_geometry(where))
    facts.groups.append(columns_group(footer.columns))
    if are_items(footer):
        add_items(facts, file, footer)
    return facts


def preview(file: SparseFile) -> Preview:
    """A sketch of the geometries of the first row group, and the first rows."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.picture.sketch import sketched  # noqa: PLC0415

    footer = read_footer(file)
    where, rows = geography(footer), first_rows(file)
    if where is None or where.encoding != "WKB":
        return Preview([rows])
    shapes, many = first_shapes(file, where.column)
    note = "" if many == footer.rows else f"the first {words.count(many, 'row')}"
    return Preview([*sketched(shapes, note), rows])


def _projection(where: Geography) -> Projection | None:
    return projection_of(where.crs, where.bounds) if where.crs else None


def _table(footer: Footer, facts: Facts) -> Group:
    group = Group("Table")
    group.add("Rows", f"{footer.rows:,}")
    group.add("Columns", f"{len(footer.columns):,}")
    group.add("Row groups", f"{footer.row_groups:,}")
    group.add("Compression", footer.compression)
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    group.add("Written by", footer.created_by)
    return group


def _geometry(where: Geography) -> Group:
    group = Group("Geometry")
    group.add("Column", where.column)
    group.add("Types", ", ".join(where.types))
    group.add("Encoding", where.encoding)
    group.add("Projection", title_of(where.crs) if where.crs else "not stated")
    group.add("Bounding box", words.box(where.place.bbox) if where.place else "")
    group.add("GeoParquet", where.version)
    return group
