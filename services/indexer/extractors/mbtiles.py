"""MBTiles 1.3: the table `metadata` of its database."""

import orjson

from services.indexer.extractors import words
from services.indexer.extractors.earth import place_of_box
from services.indexer.extractors.facts import Facts, Group, Malformed, Place, Projection
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.sqlite import application_of, opened

SUFFIXES = frozenset({"mbtiles"})
LABEL = "MBTiles"
MEDIA_TYPE = "application/vnd.mbtiles"
ID = b"MPBX"
QUERY = "SELECT name, value FROM metadata LIMIT 1000"
SHOWN = ("name", "description", "attribution", "type", "version", "format", "minzoom", "maxzoom")


def recognises(file: SparseFile) -> bool:
    """By the application's number in the head, or by the name."""
    application = application_of(file)
    return application == ID or (bool(application) and file.suffix in SUFFIXES)


def parse(file: SparseFile) -> Facts:
    """Zooms, format and bounds. Raises Malformed."""
    with opened(file) as database:
        if "metadata" not in database.tables():
            raise Malformed("It has no table of metadata.")
        said = {str(row["name"]): str(row["value"] or "") for row in database.rows(QUERY)}
    place = _place(said.get("bounds", ""))
    zooms = f"zoom {said.get('minzoom', '?')} to {said.get('maxzoom', '?')}"
    group = Group("Tiles")
    for name in SHOWN:
        group.add(name.capitalize(), said.get(name, ""))
    group.add("Bounding box", words.box(place.bbox) if place else "")
    return Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {said.get('format') or 'unknown'} tiles, {zooms}",
        place=place,
        projection=Projection(code="EPSG:3857"),
        groups=[group, _layers(said.get("json", ""))],
    )


def _place(bounds: str) -> Place | None:
    """`west,south,east,north` in degrees; None where it is not that."""
    try:
        west, south, east, north = (float(part) for part in bounds.split(","))
    except ValueError:
        return None
    return place_of_box(west, south, east, north)


def _layers(text: str) -> Group:
    """Of vector tiles, as in TileJSON; nothing of what is not JSON."""
    group = Group("Layers")
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return group
    layers = found.get("vector_layers") if isinstance(found, dict) else None
    for layer in layers if isinstance(layers, list) else ():
        if isinstance(layer, dict):
            fields = layer.get("fields")
            group.add(
                str(layer.get("id")),
                words.count(len(fields) if isinstance(fields, dict) else 0, "field"),
            )
    return group
