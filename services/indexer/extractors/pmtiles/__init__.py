"""PMTiles 3, from its header of 127 bytes and its metadata."""

import struct
import zlib
from typing import Any, NamedTuple

import orjson

from services.indexer.extractors import words
from services.indexer.extractors.columns import MAX_NAME, columns_group
from services.indexer.extractors.earth import place_of_box
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Column,
    Facts,
    Group,
    Malformed,
    Place,
    Projection,
)
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"pmtiles"})
LABEL = "PMTiles"
MEDIA_TYPE = "application/vnd.pmtiles"
MAGIC, VERSION = b"PMTiles", 3
# Metadata of a megabyte can be a gigabyte once it is unpacked: read no more than this.
LARGEST_METADATA = 8 * 1024 * 1024
PLAIN, GZIPPED = 1, 2
COMPRESSIONS = ("unknown", "none", "gzip", "Brotli", "Zstandard")
TILE_TYPES = ("unknown", "Mapbox vector tiles", "PNG", "JPEG", "WebP", "AVIF", "MapLibre tiles")
MAX_LAYERS = 50


class Header(NamedTuple):
    """The header as the specification orders it; positions in degrees times 10 million."""

    root_offset: int
    root_length: int
    metadata_offset: int
    metadata_length: int
    leaves_offset: int
    leaves_length: int
    tiles_offset: int
    tiles_length: int
    addressed: int
    entries: int
    contents: int
    clustered: int
    internal_compression: int
    tile_compression: int
    tile_type: int
    min_zoom: int
    max_zoom: int
    west: int
    south: int
    east: int
    north: int


LAYOUT = struct.Struct("<11Q6B4i")


def recognises(file: SparseFile) -> bool:
    """By its first bytes."""
    return file.head(len(MAGIC)) == MAGIC


def parse(file: SparseFile) -> Facts:
    """Zooms, tiles, layers and bounds. Raises Malformed, also of another version than 3."""
    version = file.read(len(MAGIC), 1)[0]
    if version != VERSION:
        raise Malformed(f"It is PMTiles {version}; version 3 is read.")
    header = Header(*LAYOUT.unpack(file.read(8, LAYOUT.size)))
    metadata, place = _metadata(file, header), _place(header)
    layers = _layers(metadata)
    zooms = f"zoom {header.min_zoom} to {header.max_zoom}"
    return Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {words.named(TILE_TYPES, header.tile_type)}, {zooms}",
        place=place,
        projection=Projection(code="EPSG:3857"),
        groups=[_group(header, metadata, place), _layer_group(layers), *_columns(layers)],
    )


def _metadata(file: SparseFile, header: Header) -> dict[str, Any]:
    """Empty where its compression is none that is read here."""
    if header.metadata_length > LARGEST_METADATA:
        raise Malformed(f"Its metadata is said to be {header.metadata_length:,} bytes long.")
    data = file.read(header.metadata_offset, header.metadata_length)
    if header.internal_compression == GZIPPED:
        data = _unpacked(data)
    elif header.internal_compression != PLAIN:
        return {}
    found = orjson.loads(data or b"{}")
    if not isinstance(found, dict):
        raise Malformed("Its metadata is JSON, but not an object.")
    return found


def _unpacked(data: bytes) -> bytes:
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        unpacked = stream.decompress(data, LARGEST_METADATA)
    except zlib.error as error:
        raise Malformed(f"Its metadata cannot be unpacked: {error}") from error
    if stream.unconsumed_tail:
        raise Malformed(f"Its metadata unpacks to more than {words.size(LARGEST_METADATA)}.")
    return unpacked


def _place(header: Header) -> Place | None:
    """None for the box of zeros of a writer that knew nothing."""
    west, south, east, north = (
        degrees / 1e7 for degrees in (header.west, header.south, header.east, header.north)
    )
    return place_of_box(west, south, east, north) if (west, south) != (east, north) else None


def _layers(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """Of vector tiles: `vector_layers` as in TileJSON 3."""
    said = metadata.get("vector_layers")
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []


def _group(header: Header, metadata: dict[str, Any], place: Place | None) -> Group:
    group = Group("Tiles")
    for name in ("name", "description", "attribution"):
        group.add(name.capitalize(), str(metadata.get(name) or ""))
    group.add("Kind", words.named(TILE_TYPES, header.tile_type))
    group.add("Compression", words.named(COMPRESSIONS, header.tile_compression))
    group.add("Zoom", f"{header.min_zoom} to {header.max_zoom}")
    group.add("Tiles", f"{header.addressed:,}" if header.addressed else "")
    group.add("Different tiles", f"{header.contents:,}" if header.contents else "")
    group.add("Bounding box", words.box(place.bbox) if place else "")
    group.add("Clustered", "yes" if header.clustered else "no")
    return group


def _layer_group(layers: list[dict[str, Any]]) -> Group:
    group = Group("Layers")
    for layer in layers[:MAX_LAYERS]:
        zooms = f"zoom {layer.get('minzoom', '?')} to {layer.get('maxzoom', '?')}"
        group.add(str(layer.get("id"))[:MAX_NAME], zooms)
    if len(layers) > MAX_LAYERS:
        group.add("…", f"{len(layers) - MAX_LAYERS:,} more")
    return group


def _columns(layers: list[dict[str, Any]]) -> list[Group]:
    """The fields of the layer, where there is just one."""
    fields = layers[0].get("fields") if len(layers) == 1 else None
    if not isinstance(fields, dict):
        return []
    named = [Column(name[:MAX_NAME], str(kind)[:MAX_NAME]) for name, kind in fields.items()]
    return [columns_group(named[: MAX_COLUMNS + 1])]
