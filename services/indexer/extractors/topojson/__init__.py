"""TopoJSON: features whose lines are made of arcs that neighbours share, read whole up to 8 MiB."""

import math

import orjson

from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.earth import place_of_box
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
    BBOX,
    BOM,
    NAMES_TOPOLOGY,
    starts_like_json,
)
from services.indexer.extractors.geojson.features import Survey, record_of
from services.indexer.extractors.moments import span_in_words
from services.indexer.extractors.preview import Preview, beginning, table_of
from services.indexer.extractors.shapes import of_geojson
from services.indexer.extractors.sparse_file import BEGINNING_ALONE, SparseFile
from services.indexer.extractors.topojson.topology import Topology, read_topology

SUFFIXES = frozenset({"topojson"})
LABEL = "TopoJSON"
# There is no registered type of its own.
MEDIA_TYPE = "application/json"
NOWHERE = "not degrees, so it is nowhere on a map"


def recognises(file: SparseFile) -> bool:
    """An object that says it is a topology, or any where the name says so."""
    head = file.head().removeprefix(BOM)
    return starts_like_json(head) and bool(NAMES_TOPOLOGY.match(head) or file.suffix in SUFFIXES)


def parse(file: SparseFile) -> Facts:
    """Features of all its objects, their properties, their place. Raises Malformed."""
    topology = read_topology(file)
    if topology is None:
        return _facts_of_large(file)
    found = Survey()
    for name in topology.objects:
        for feature in topology.features(name):
            found.add(feature)
    return _facts(topology, found)


def preview(file: SparseFile) -> Preview:
    """A sketch of the features, and the properties of the first."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.picture.sketch import sketched  # noqa: PLC0415

    topology = read_topology(file)
    if topology is None:
        return beginning(file)
    features = [one for name in topology.objects for one in topology.features(name)]
    shapes = (shape for one in features for shape in of_geojson(one["geometry"]))
    return Preview([*sketched(shapes), table_of([record_of(one) for one in features])])


def _facts(topology: Topology, found: Survey) -> Facts:
    place, columns = _place(found), found.properties.columns()
    layers = words.count(len(topology.objects), "layer") + ", " if len(topology.objects) > 1 else ""
    facts = Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {layers}{words.count(found.count, 'feature')}",
        place=place,
        moment=found.moment(),
        projection=Projection(code="EPSG:4326", bbox=list(found.bounds() or ())) if place else None,
        table=Table(columns[:MAX_COLUMNS], found.count, "geometry"),
    )
    facts.groups = [_group(topology, found, facts), columns_group(columns)]
    return facts


def _place(found: Survey) -> Place | None:
    """None too where it was projected for a screen, as topologies often are."""
    bounds = found.bounds()
    if bounds is None or not all(map(math.isfinite, bounds)):
        return None
    try:
        return found.place()
    except Malformed:
        return None


def _group(topology: Topology, found: Survey, facts: Facts) -> Group:
    group = Group("Features")
    group.add("Layers", ", ".join(topology.objects))
    group.add("Features", f"{found.count:,}")
    group.add("Geometry", ", ".join(kind for kind, _ in found.types.most_common()))
    group.add("Arcs", f"{len(topology.arcs):,}, {'' if topology.transform else 'not '}quantized")
    group.add("Coordinates", NOWHERE if found.bounds() and not facts.place else "")
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group


def _facts_of_large(file: SparseFile) -> Facts:
    facts = Facts(LABEL, MEDIA_TYPE, f"{LABEL}, {words.size(file.size)}")
    facts.partial = BEGINNING_ALONE
    stated = BBOX.search(file.head().decode("utf-8", "ignore"))
    numbers = orjson.loads(stated[1]) if stated else []
    if len(numbers) == 4:
        facts.place = place_of_box(*numbers)
    return facts
