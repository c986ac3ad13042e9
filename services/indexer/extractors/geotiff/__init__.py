"""TIFF, GeoTIFF and COG, classic and big, in both byte orders, from their directories alone."""

from datetime import UTC, datetime

from services.indexer.extractors import words
from services.indexer.extractors.crs import code_of, projection_of
from services.indexer.extractors.facts import Facts, Moment, Part, Projection
from services.indexer.extractors.geotiff.georeference import Georeference, georeference, placed
from services.indexer.extractors.geotiff.layout import Layout, layout
from services.indexer.extractors.geotiff.page import groups
from services.indexer.extractors.geotiff.raster import bands, metadata
from services.indexer.extractors.geotiff.tags import Directory, Tiff
from services.indexer.extractors.moments import in_range, moment_of, parse_iso
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.world_file import read_world_file

SUFFIXES = frozenset({"tif", "tiff", "gtif", "gtiff", "cog", "tf8", "btf"})
LABEL = "TIFF"
MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

PLAIN_TYPE = "image/tiff"
GEO_TYPE = "image/tiff; application=geotiff"
COG_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized"

DATE_TIME = 306


def recognises(file: SparseFile) -> bool:
    """By its first four bytes."""
    return file.head(4) in MAGIC


def parse(file: SparseFile) -> Facts:
    """The first image, with the overviews, masks and pages beside it."""
    found = layout(Tiff(file))
    main, image = found.main.directory, found.main.raster
    where, parts = _where(file, found)
    name, media_type = _format(found, where)
    facts = Facts(
        format=name,
        media_type=media_type,
        summary=_summary(name, found, where),
        verdicts=["Valid COG"] if name == "COG" else [],
        place=where.place,
        moment=_moment(main),
        bands=bands(main, image),
        projection=_projection(found, where),
        parts=parts,
    )
    facts.groups = groups(found, where, facts)
    if not found.is_whole:
        facts.partial = "Its directories lie too far apart: not all of them were read."
    return facts


def preview(file: SparseFile) -> Preview:
    """It, made small. Raises NotShown, and whatever a decoder raises."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.geotiff.small import small  # noqa: PLC0415

    return Preview([small(layout(Tiff(file)))])


def _where(file: SparseFile, found: Layout) -> tuple[Georeference, list[Part]]:
    """By the file itself; where it says nothing, by what is beside it."""
    image = found.main.raster
    where = georeference(found.main.directory, image.width, image.height)
    if where.bounds is not None:
        return where, []
    beside = read_world_file(file)
    if beside.transform is None:
        return where, []
    size = (image.width, image.height)
    return placed(where.crs or beside.crs, beside.transform, size, where.said), beside.parts


def _format(found: Layout, where: Georeference) -> tuple[str, str]:
    if where.place is None:
        return "TIFF", PLAIN_TYPE
    is_cog = where.transform is not None and not found.against
    return ("COG", COG_TYPE) if is_cog else ("GeoTIFF", GEO_TYPE)


def _summary(name: str, found: Layout, where: Georeference) -> str:
    image = found.main.raster
    parts = [name, words.shape(image.width, image.height)]
    if image.samples > 1:
        parts.append(words.count(image.samples, "band"))
    if where.crs is not None:
        parts.append(code_of(where.crs) or "own projection")
    return ", ".join(parts)


def _projection(found: Layout, where: Georeference) -> Projection | None:
    if where.crs is None:
        return None
    image = found.main.raster
    shape = [image.height, image.width]
    return projection_of(where.crs, where.bounds, shape=shape, transform=where.transform)


def _moment(main: Directory) -> Moment | None:
    """When it was acquired as GDAL's IMAGERY domain says, else TIFF's own DateTime."""
    for attributes, value in metadata(main):
        if attributes.get("name") == "ACQUISITIONDATETIME" and (acquired := parse_iso(value)):
            return moment_of([acquired], "from the TIFF metadata")
    try:
        written = datetime.strptime(main.text(DATE_TIME), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None
    known = in_range(written.replace(tzinfo=UTC))
    return moment_of([known] if known else [], "from the TIFF header")
