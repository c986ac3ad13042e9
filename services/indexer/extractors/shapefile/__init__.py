"""Shapefile: the .shp stands for all of it, and says the most together with what is beside it.

ESRI Shapefile Technical Description, 1998. Of the shapes nothing but the header is read to index.
"""

from services.indexer.extractors import crs as systems
from services.indexer.extractors import words
from services.indexer.extractors.columns import columns_group
from services.indexer.extractors.earth import Box
from services.indexer.extractors.facts import MAX_COLUMNS, Facts, Group, Part, Place, Table
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.shapefile.header import Header, read_header
from services.indexer.extractors.shapefile.records import first_shapes
from services.indexer.extractors.shapefile.sidecars import ASSETS, Sidecars, read_sidecars
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"shp"})
LABEL = "Shapefile"
MEDIA_TYPE = "application/vnd.shp"
MAGIC = b"\0\0\x27\x0a"
INDEX_SUFFIX = "shx"
NEEDED = ("shx", "dbf", "prj")


def recognises(file: SparseFile) -> bool:
    """By its first bytes, which its index has too: that is told by its name alone."""
    return file.head(len(MAGIC)) == MAGIC and file.suffix != INDEX_SUFFIX


def parse(file: SparseFile) -> Facts:
    """Bounds, geometry, features, columns and coordinate system. Raises Malformed."""
    header = read_header(file)
    beside = read_sidecars(file)
    bounds = header.bounds if beside.features != 0 else None
    counted = "" if beside.features is None else f", {words.count(beside.features, 'feature')}"
    return Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=f"{LABEL}{counted}",
        place=_place(beside, bounds),
        projection=systems.projection_of(beside.crs, bounds) if beside.crs else None,
        table=Table(beside.columns[:MAX_COLUMNS], beside.features, "geometry"),
        groups=[_group(header, beside, bounds), columns_group(beside.columns)],
        parts=[Part(one.name, *ASSETS[ending]) for ending, one in beside.files.items()],
    )


def preview(file: SparseFile) -> Preview:
    """A sketch of its shapes; the rows are on the page of its table. Raises Malformed."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.picture.sketch import sketched  # noqa: PLC0415

    read_header(file)
    shapes, is_all = first_shapes(file)
    return Preview(sketched(shapes, "" if is_all else f"the first {len(shapes):,} shapes"))


def _place(beside: Sidecars, bounds: Box | None) -> Place | None:
    """Nowhere as long as nothing says in what its coordinates are."""
    return systems.place_of(beside.crs, bounds) if beside.crs and bounds else None


def _group(header: Header, beside: Sidecars, bounds: Box | None) -> Group:
    group = Group("Features")
    group.add("Features", "" if beside.features is None else f"{beside.features:,}")
    group.add("Geometry", header.geometry)
    group.add("Columns", f"{len(beside.columns):,}" if beside.columns else "")
    group.add("Projection", systems.title_of(beside.crs) if beside.crs else "not stated")
    group.add("Bounding box", words.box(bounds) if bounds else "")
    group.add("Encoding", beside.encoding)
    missing = [f".{ending}" for ending in NEEDED if ending not in beside.files]
    group.add("Missing", ", ".join(missing))
    return group
