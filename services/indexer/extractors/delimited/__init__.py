"""CSV and TSV (RFC 4180 and its relatives), read whole up to 8 MiB."""

from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.content import content_of
from services.indexer.extractors.delimited.dialect import (
    DELIMITERS,
    Sheet,
    read_first_rows,
    read_sheet,
)
from services.indexer.extractors.delimited.meaning import moment_in, place_in
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Facts,
    Group,
    Projection,
    Table,
)
from services.indexer.extractors.moments import span_in_words
from services.indexer.extractors.preview import Preview, table
from services.indexer.extractors.sparse_file import BEGINNING_ALONE, SparseFile

SUFFIXES = frozenset({"csv", "tsv", "tab"})
LABEL = "CSV"
CSV_TYPE, TSV_TYPE = "text/csv", "text/tab-separated-values"


def recognises(file: SparseFile) -> bool:
    """Plain text under a name that says so: nothing in the text itself is a sure sign."""
    return file.suffix in SUFFIXES and content_of(file.name, file.head()).is_plain


def parse(file: SparseFile) -> Facts:
    """Columns and their types; rows, place and time where all of it was read."""
    sheet = read_sheet(file)
    name, media_type = ("TSV", TSV_TYPE) if sheet.delimiter == "\t" else ("CSV", CSV_TYPE)
    columns = sheet.columns()
    rows = len(sheet.rows) if sheet.is_whole else None
    place = place_in(sheet) if sheet.is_whole else None
    facts = Facts(
        format=name,
        media_type=media_type,
        summary=f"{name}, {words.size(file.size) if rows is None else words.count(rows, 'row')}",
        place=place,
        moment=moment_in(sheet) if sheet.is_whole else None,
        projection=Projection(code="EPSG:4326") if place else None,
        table=Table(columns[:MAX_COLUMNS], rows),
    )
    facts.groups = [_group(sheet, facts), columns_group(columns)]
    if not sheet.is_whole:
        facts.partial = BEGINNING_ALONE
    return facts


def preview(file: SparseFile) -> Preview:
    """The first rows, as text."""
    sheet = read_first_rows(file)
    total = len(sheet.rows) if sheet.is_whole else None
    return Preview([table(sheet.names, sheet.rows, total)])


def _group(sheet: Sheet, facts: Facts) -> Group:
    group = Group("Table")
    group.add("Rows", f"{len(sheet.rows):,}" if sheet.is_whole else "")
    group.add("Columns", f"{len(sheet.names):,}")
    group.add("Delimiter", DELIMITERS[sheet.delimiter])
    group.add("Header", "first line" if sheet.has_header else "none")
    group.add("Encoding", sheet.encoding)
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group
