"""dBASE tables, which hold the columns of Shapefiles: columns and rows, from the header alone."""

from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.dbase.header import Header, encoding_of, is_dbase, read_header
from services.indexer.extractors.dbase.rows import first_rows
from services.indexer.extractors.facts import MAX_COLUMNS, Facts, Group, Table
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"dbf"})
LABEL = "Shapefile table"
MEDIA_TYPE = "application/vnd.dbf"


def recognises(file: SparseFile) -> bool:
    """By a header that fits together, where the name says so too: its first byte is not enough."""
    return file.suffix in SUFFIXES and is_dbase(file)


def parse(file: SparseFile) -> Facts:
    """Columns and rows. Raises Malformed."""
    header = read_header(file)
    return Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {words.count(header.rows, 'row')}",
        table=Table(header.columns()[:MAX_COLUMNS], header.rows),
        groups=[_group(header), columns_group(header.columns())],
    )


def preview(file: SparseFile) -> Preview:
    """The first rows. Raises Malformed."""
    return Preview([first_rows(file, read_header(file))])


def _group(header: Header) -> Group:
    group = Group("Table")
    group.add("Rows", f"{header.rows:,}")
    group.add("Columns", f"{len(header.fields):,}")
    group.add("Changed", header.changed)
    group.add("Encoding", encoding_of(header.language))
    return group
