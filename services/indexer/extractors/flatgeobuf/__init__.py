"""FlatGeobuf 3, from its header (header.fbs of the format): one read, however many features."""

from typing import Any

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors import words
from services.indexer.extractors.columns import MAX_NAME, columns_group
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
from services.indexer.extractors.flatgeobuf.features import (
    first_features,
    index_bytes,
    row_of,
    shapes_of,
)
from services.indexer.extractors.flatgeobuf.flatbuffer import FlatTable, root
from services.indexer.extractors.preview import Preview, table
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"fgb"})
LABEL = "FlatGeobuf"
MEDIA_TYPE = "application/vnd.flatgeobuf"
MAGIC = b"fgb\x03fgb"
LARGEST_HEADER = 1024 * 1024
INDEX_NODE_SIZE = 16

# Fields of the tables Header, Column and Crs, by their numbers in the schema.
NAME, ENVELOPE, GEOMETRY_TYPE, COLUMNS, FEATURES, NODE_SIZE, REFERENCE = 0, 1, 2, 7, 8, 9, 10
TITLE, DESCRIPTION = 11, 12
COLUMN_NAME, COLUMN_TYPE = 0, 1
AUTHORITY, CODE, CRS_NAME, WKT = 0, 1, 2, 4

GEOMETRIES = (
    "Unknown", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection", "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve",
    "MultiSurface", "Curve", "Surface", "PolyhedralSurface", "TIN", "Triangle",
)  # fmt: skip
TYPES = (
    "int8", "uint8", "boolean", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32",
    "float64", "string", "json", "datetime", "binary",
)  # fmt: skip


def recognises(file: SparseFile) -> bool:
    """By its first bytes; the eighth is a patch level that changes nothing."""
    return file.head(len(MAGIC)) == MAGIC


def parse(file: SparseFile) -> Facts:
    """Count, envelope, columns and coordinate system. Raises Malformed."""
    header, _ = _header(file)
    crs, bounds = _crs(header.table(REFERENCE)), header.numbers(ENVELOPE, "d")[:4]
    columns, total = header.tables(COLUMNS, MAX_COLUMNS)
    known = [Column(one.text(COLUMN_NAME)[:MAX_NAME], _type(one)) for one in columns]
    features = int(header.scalar(FEATURES, "Q"))
    counted = words.count(features, "feature") if features else words.size(file.size)
    return Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}, {counted}",
        place=_place(crs, bounds),
        projection=_projection(crs, bounds),
        table=Table(known, features or None, "geometry"),
        groups=[_group(header, features, crs, bounds, total), columns_group(known)],
    )


def preview(file: SparseFile) -> Preview:
    """A sketch of the first features, and the properties of fewer. Raises Malformed."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.picture.sketch import sketched  # noqa: PLC0415

    header, end = _header(file)
    columns, _ = header.tables(COLUMNS, MAX_COLUMNS)
    total = int(header.scalar(FEATURES, "Q"))
    node_size = int(header.scalar(NODE_SIZE, "H", INDEX_NODE_SIZE))
    features = first_features(file, end + index_bytes(total, node_size))
    kind = int(header.scalar(GEOMETRY_TYPE, "B"))
    shapes = (shape for one in features for shape in shapes_of(one, kind))
    note = "" if len(features) == total else f"the first {words.count(len(features), 'feature')}"
    types = [int(one.scalar(COLUMN_TYPE, "B")) for one in columns]
    names = [one.text(COLUMN_NAME) for one in columns]
    rows = (row_of(one, types) for one in features)
    return Preview([*sketched(shapes, note), table(names, rows, total or None)])


def _header(file: SparseFile) -> tuple[FlatTable, int]:
    """The header, and where it ends. Raises Malformed."""
    length = int.from_bytes(file.read(8, 4), "little")
    if length > LARGEST_HEADER:
        raise Malformed(f"Its header is said to be {length:,} bytes long.")
    return root(file.read(12, length)), 12 + length


def _type(column: FlatTable) -> str:
    return words.named(TYPES, int(column.scalar(COLUMN_TYPE, "B")))


def _crs(said: FlatTable | None) -> CRS | None:
    """The code where it has one, else its WKT; None where nothing is said."""
    if said is None:
        return None
    code, wkt = int(said.scalar(CODE, "i")), said.text(WKT)
    authority = said.text(AUTHORITY) or "EPSG"
    known = systems.named(authority, code) if code else None
    if known is None and not wkt:
        return None
    return known or systems.must_be_known(systems.defined(wkt), said.text(CRS_NAME) or wkt)


def _place(crs: CRS | None, bounds: list[Any]) -> Place | None:
    if crs is None or len(bounds) < 4:
        return None
    west, south, east, north = bounds
    return systems.place_of(crs, (west, south, east, north))


def _projection(crs: CRS | None, bounds: list[Any]) -> Projection | None:
    return systems.projection_of(crs, bounds if len(bounds) == 4 else None) if crs else None


def _group(
    header: FlatTable, features: int, crs: CRS | None, bounds: list[Any], columns: int
) -> Group:
    group = Group("Features")
    group.add("Title", header.text(TITLE) or header.text(NAME))
    group.add("Description", header.text(DESCRIPTION))
    group.add("Features", f"{features:,}" if features else "")
    group.add("Geometry", words.named(GEOMETRIES, int(header.scalar(GEOMETRY_TYPE, "B"))))
    group.add("Columns", f"{columns:,}")
    group.add("Projection", systems.title_of(crs) if crs else "not stated")
    group.add("Bounding box", words.box(bounds) if len(bounds) == 4 else "")
    has_index = bool(header.scalar(NODE_SIZE, "H", INDEX_NODE_SIZE)) and features > 0
    group.add("Spatial index", "yes" if has_index else "no")
    return group
