"""GML 2 and 3 (OGC 07-036r1): a collection of features as WFS and GDAL write it, up to 8 MiB."""

from services.indexer.extractors import crs as systems
from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.facts import MAX_COLUMNS, Facts, Group, Table
from services.indexer.extractors.gml.survey import Survey
from services.indexer.extractors.markup import read_xml, root_of
from services.indexer.extractors.moments import moment_of, span_in_words
from services.indexer.extractors.sparse_file import BEGINNING_ALONE, SparseFile

# Graphs are kept in files of the same ending, so a name alone promises nothing.
SUFFIXES: frozenset[str] = frozenset()
LABEL = "GML"
MEDIA_TYPE = "application/gml+xml"
NAMESPACE, ROOT = b"opengis.net/gml", "FeatureCollection"


def recognises(file: SparseFile) -> bool:
    """By its first element, and by the namespace that is named near it."""
    head = file.head()
    return NAMESPACE in head and root_of(head) == ROOT


def parse(file: SparseFile) -> Facts:
    """Features, properties, place and time; nothing that it refers to. Raises Malformed."""
    data, found = file.whole(), Survey()
    is_whole = data is not None
    read_xml(data or file.head(), found.take, is_whole=is_whole)
    crs, bounds = found.crs(), found.bounds() if is_whole else None
    columns = found.columns.columns()
    count = words.count(found.features, "feature") if is_whole else words.size(file.size)
    facts = Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {count}",
        place=systems.place_of(crs, bounds) if crs and bounds else None,
        moment=moment_of(found.times, "from its features") if is_whole else None,
        projection=systems.projection_of(crs, bounds) if crs else None,
        table=Table(columns[:MAX_COLUMNS], found.features if is_whole else None, "geometry"),
    )
    if not is_whole:
        facts.partial = BEGINNING_ALONE
    facts.groups = [_group(found, facts), columns_group(columns)]
    return facts


def _group(found: Survey, facts: Facts) -> Group:
    group = Group("Features")
    crs = found.crs()
    group.add("Features", "" if facts.partial else f"{found.features:,}")
    group.add("Geometry", ", ".join(kind for kind, _ in found.types.most_common()))
    group.add("Projection", systems.title_of(crs) if crs else "")
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group
