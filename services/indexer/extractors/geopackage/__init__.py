"""GeoPackage 1.0 to 1.4 (OGC 12-128): its tables of contents, never its features."""

from collections.abc import Iterator

from services.indexer.extractors import words
from services.indexer.extractors.columns import MAX_NAME, columns_group
from services.indexer.extractors.crs import title_of
from services.indexer.extractors.earth import bounding_box, place_of_box
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Column,
    Facts,
    Group,
    Malformed,
    Place,
    Projection,
    Table,
)
from services.indexer.extractors.geopackage.layers import Layer, read_layers
from services.indexer.extractors.geopackage.rows import first_rows, shapes_of
from services.indexer.extractors.moments import parse_iso
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.shapes import SKETCH_BYTES, Shape
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.sqlite import Database, application_of, opened

SUFFIXES = frozenset({"gpkg"})
LABEL = "GeoPackage"
MEDIA_TYPE = "application/geopackage+sqlite3"
IDS = frozenset({b"GPKG", b"GP10", b"GP11"})
CONTENTS = "gpkg_contents"
MAX_SHOWN = 50
ROWS, MAX_PREVIEWED = ("features", "attributes", "aspatial"), 3


def recognises(file: SparseFile) -> bool:
    """By the application's number in the head, or, in old ones, by the name."""
    application = application_of(file)
    return application in IDS or (bool(application) and file.suffix in SUFFIXES)


def parse(file: SparseFile) -> Facts:
    """Layers, their columns, where they are. Raises Malformed."""
    with opened(file) as database:
        layers = _layers(database)
        first = next((one for one in layers if one.geometry_column), None)
        columns = _columns(database, first) if first else []
    place = _place(layers)
    return Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {_counted(layers)}",
        place=place,
        projection=_projection(layers),
        table=Table(columns, first.features, first.geometry_column) if first else None,
        groups=[_layer_group(layers, place), columns_group(columns)],
    )


def preview(file: SparseFile) -> Preview:
    """A sketch of the first layer of a small one, and the first rows of some. Raises Malformed."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.picture.sketch import sketched  # noqa: PLC0415

    if file.size <= SKETCH_BYTES:
        # In one piece: shapes lie all over it.
        file.read(0, file.size)
    with opened(file) as database:
        layers = [one for one in _layers(database) if one.kind in ROWS][:MAX_PREVIEWED]
        shapes = _shapes(database, layers) if file.size <= SKETCH_BYTES else ()
        return Preview([*sketched(shapes), *(first_rows(database, one) for one in layers)])


def _shapes(database: Database, layers: list[Layer]) -> Iterator[Shape]:
    """Of the first layer that has any."""
    drawn = next((one for one in layers if one.geometry_column), None)
    return shapes_of(database, drawn) if drawn else iter(())


def _layers(database: Database) -> list[Layer]:
    tables = database.tables()
    if CONTENTS not in tables:
        raise Malformed("It has no table of contents.")
    return read_layers(database, tables)


def _counted(layers: list[Layer]) -> str:
    """The features of a single layer, else how many layers there are."""
    if len(layers) == 1 and layers[0].features is not None:
        return words.count(layers[0].features, "feature")
    return words.count(len(layers), "layer")


def _columns(database: Database, layer: Layer) -> list[Column]:
    """Without the geometry and the key, which every layer has."""
    rows = database.rows("SELECT name, type, pk FROM pragma_table_info(?)", layer.table)
    return [
        Column(str(row["name"])[:MAX_NAME], str(row["type"]).lower()[:MAX_NAME])
        for row in rows
        if row["name"] != layer.geometry_column and not row["pk"]
    ][:MAX_COLUMNS]


def _place(layers: list[Layer]) -> Place | None:
    """Round all layers whose place is known."""
    places = [one.place.bbox for one in layers if one.place]
    if not places:
        return None
    spans = [(west, east if east >= west else east + 360) for west, _, east, _ in places]
    latitudes = [degrees for _, south, _, north in places for degrees in (south, north)]
    return place_of_box(*bounding_box(spans, latitudes))


def _projection(layers: list[Layer]) -> Projection | None:
    """Of a single layer, or what all of them share."""
    codes = {one.code for one in layers if one.crs is not None}
    if len(codes) != 1:
        return None
    bounds = layers[0].bounds if len(layers) == 1 else None
    return Projection(code=codes.pop(), bbox=list(bounds) if bounds else None)


def _layer_group(layers: list[Layer], place: Place | None) -> Group:
    group = Group("Layers")
    for layer in layers[:MAX_SHOWN]:
        count = words.count(layer.features, "feature") if layer.features is not None else ""
        crs = title_of(layer.crs) if layer.crs else ""
        changed = layer.changed[:10] if parse_iso(layer.changed) else ""
        told = (layer.kind, layer.geometry, count, crs, f"changed {changed}" if changed else "")
        group.add(layer.table[:MAX_NAME], ", ".join(filter(None, told)))
    if len(layers) > MAX_SHOWN:
        group.add("…", f"{len(layers) - MAX_SHOWN:,} more")
    group.add("Bounding box", words.box(place.bbox) if place else "")
    return group
