"""GeoJSON (RFC 7946) and GeoJSON text sequences, read whole up to 8 MiB."""

from typing import Any

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.earth import Box, place_of_box
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Facts,
    Group,
    Malformed,
    Place,
    Projection,
    Table,
)
from services.indexer.extractors.geojson.document import (
    NAMES_TOPOLOGY,
    TYPES,
    Document,
    is_record,
    names_a_type,
    read_document,
    starts_like_json,
)
from services.indexer.extractors.geojson.features import Survey, record_of, survey
from services.indexer.extractors.geojson.stac import STAC_MEMBER, is_stac, stac_facts
from services.indexer.extractors.moments import span_in_words
from services.indexer.extractors.preview import Preview, beginning, table_of
from services.indexer.extractors.shapes import of_geojson
from services.indexer.extractors.sparse_file import BEGINNING_ALONE, SparseFile

SUFFIXES = frozenset({"geojson", "geojsonl", "geojsonseq", "geojsons", "ndgeojson"})
LABEL = "GeoJSON"
MEDIA_TYPE = "application/geo+json"
SEQUENCE_TYPE = "application/geo+json-seq"
JSON_TYPE = "application/json"


def recognises(file: SparseFile) -> bool:
    """An object that names a GeoJSON type or is STAC, or any where the name says GeoJSON.

    What describes an array may hold a footprint among its attributes, a record on a line of its own
    too, and a topology says the types of its geometries in the same words.
    """
    head = file.head()
    if not starts_like_json(head) or b'"zarr_format"' in head or NAMES_TOPOLOGY.match(head):
        return False
    if file.suffix in SUFFIXES:
        return True
    return (names_a_type(head) or STAC_MEMBER in head) and not is_record(head)


def parse(file: SparseFile) -> Facts:
    """Features, their properties, their place. Raises Malformed at the first that is broken."""
    document = read_document(file)
    kind = document.members.get("type")
    if is_stac(document):
        return stac_facts(document)
    if kind not in TYPES:
        if file.suffix in SUFFIXES:
            raise Malformed("It is JSON, but not GeoJSON: it has no GeoJSON type.")
        return Facts("JSON", JSON_TYPE, "JSON")
    found = survey(document.features) if document.is_whole else _survey_beginning(document)
    if not document.features and kind != "FeatureCollection":
        found.add_geometry(document.members)
    return _facts(document, found, file.size)


def preview(file: SparseFile) -> Preview:
    """A sketch of the features, and the properties of the first."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.picture.sketch import sketched  # noqa: PLC0415

    document = read_document(file)
    features = [one for one in document.features if _is_feature(one)]
    if not features:
        return beginning(file)
    note = "" if document.is_whole else f"the first {words.count(len(features), 'feature')}"
    shapes = (shape for one in features for shape in of_geojson(one.get("geometry")))
    records = [record_of(one) for one in features]
    total = len(features) if document.is_whole else None
    return Preview([*sketched(shapes, note), table_of(records, total)])


def _is_feature(member: Any) -> bool:  # noqa: ANN401 -- a stranger's JSON
    return isinstance(member, dict) and member.get("type") == "Feature"


def _survey_beginning(document: Document) -> Survey:
    whole = [one for one in document.features if isinstance(one, dict) and "geometry" in one]
    return survey(whole)


def _facts(document: Document, found: Survey, size: int) -> Facts:
    crs = _crs(document.members)
    bounds = found.bounds() if document.is_whole else None
    name = "GeoJSON sequence" if document.is_lines else "GeoJSON"
    counted = found.count if document.is_whole else None
    extent = words.count(found.count, "feature") if counted is not None else words.size(size)
    columns = found.properties.columns()
    facts = Facts(
        format=name,
        media_type=SEQUENCE_TYPE if document.is_lines else MEDIA_TYPE,
        summary=f"{name}, {extent}" if found.count or counted is None else f"{name}, geometry",
        place=_place(document, found, crs, bounds),
        moment=found.moment() if document.is_whole else None,
        projection=_projection(crs, bounds),
        table=Table(columns[:MAX_COLUMNS], counted, "geometry"),
    )
    if not document.is_whole:
        facts.partial = BEGINNING_ALONE
    facts.groups = [_group(found, facts, crs), columns_group(columns)]
    return facts


def _crs(members: dict[str, Any]) -> CRS | None:
    """None for longitude and latitude; else what the `crs` member of before RFC 7946 names."""
    stated = members.get("crs")
    properties = stated.get("properties") if isinstance(stated, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return None
    crs = systems.must_be_known(systems.defined(name), name)
    return None if systems.is_degrees(crs) else crs


def _place(document: Document, found: Survey, crs: CRS | None, bounds: Box | None) -> Place | None:
    if crs is not None:
        return systems.place_of(crs, bounds) if bounds else None
    if document.is_whole:
        return found.place()
    stated = document.members.get("bbox") or []
    if len(stated) not in {4, 6}:
        return None
    half = len(stated) // 2
    return place_of_box(stated[0], stated[1], stated[half], stated[half + 1])


def _projection(crs: CRS | None, bounds: Box | None) -> Projection:
    if crs is None:
        return Projection(code="EPSG:4326", bbox=list(bounds) if bounds else None)
    return systems.projection_of(crs, bounds)


def _group(found: Survey, facts: Facts, crs: CRS | None) -> Group:
    group = Group("Features")
    whole = not facts.partial and found.count
    group.add("Features", f"{found.count:,}" if whole else "")
    group.add("Geometry", ", ".join(kind for kind, _ in found.types.most_common()))
    group.add("Projection", systems.title_of(crs) if crs else "EPSG:4326, WGS 84")
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group
