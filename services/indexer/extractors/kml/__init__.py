"""KML 2.2 and 2.3 (OGC 12-007): placemarks, overlays and what is said of them, up to 8 MiB."""

from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.facts import MAX_COLUMNS, Facts, Group, Projection, Table
from services.indexer.extractors.kml.survey import Survey
from services.indexer.extractors.markup import read_xml, root_of
from services.indexer.extractors.moments import moment_of, span_in_words
from services.indexer.extractors.sparse_file import BEGINNING_ALONE, SparseFile

SUFFIXES = frozenset({"kml"})
LABEL = "KML"
MEDIA_TYPE = "application/vnd.google-earth.kml+xml"


def recognises(file: SparseFile) -> bool:
    """By its first element."""
    return root_of(file.head()) == "kml"


def parse(file: SparseFile) -> Facts:
    """Placemarks, columns, place and time. Raises Malformed. What it links to is not looked at."""
    data, found = file.whole(), Survey()
    is_whole = data is not None
    read_xml(data or file.head(), found.take, is_whole=is_whole)
    place = found.place() if is_whole else None
    columns = found.columns.columns()
    count = words.count(found.placemarks, "placemark") if is_whole else words.size(file.size)
    facts = Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {count}",
        place=place,
        moment=moment_of(found.times, "from its placemarks") if is_whole else None,
        projection=Projection(code="EPSG:4326", bbox=list(place.bbox)) if place else None,
        table=Table(columns[:MAX_COLUMNS], found.placemarks if is_whole else None, "geometry"),
    )
    if not is_whole:
        facts.partial = BEGINNING_ALONE
    facts.groups = [_group(found, facts), columns_group(columns)]
    return facts


def _group(found: Survey, facts: Facts) -> Group:
    group = Group("Features")
    group.add("Name", found.name)
    group.add("Placemarks", "" if facts.partial else f"{found.placemarks:,}")
    group.add("Overlays", f"{found.overlays:,}" if found.overlays else "")
    group.add("Geometry", ", ".join(kind for kind, _ in found.types.most_common()))
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group
