"""Point clouds: LAS and LAZ 1.0 to 1.4, and COPC, from their headers."""

from datetime import UTC, datetime, timedelta
from math import isfinite

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors import words
from services.indexer.extractors.facts import (
    Facts,
    Group,
    Moment,
    Place,
    PointCloud,
    Projection,
)
from services.indexer.extractors.las.dimensions import dimensions_of
from services.indexer.extractors.las.header import (
    MAGIC,
    Header,
    Record,
    data_of,
    read_header,
    records_of,
)
from services.indexer.extractors.las.system import crs_of
from services.indexer.extractors.moments import in_range, moment_of, span_in_words
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"las", "laz"})
LABEL = "LAS"
LAS_TYPE, LAZ_TYPE, COPC_TYPE = (
    "application/vnd.las", "application/vnd.laszip", "application/vnd.laszip+copc",
)  # fmt: skip
COPC = ("copc", 1)


def recognises(file: SparseFile) -> bool:
    """By its first bytes."""
    return file.head(len(MAGIC)) == MAGIC


def parse(file: SparseFile) -> Facts:
    """Points, their dimensions, bounds and coordinate system. Raises Malformed."""
    header = read_header(file)
    records = list(records_of(file, header))
    name, media_type = _kind(header, records)
    crs = crs_of({(one.owner, one.number): data_of(file, one) for one in records if _is_crs(one)})
    facts = Facts(
        format=name,
        media_type=media_type,
        summary=f"{name}, {words.count(header.points, 'point')}",
        place=_place(crs, header),
        moment=_moment(header),
        projection=_projection(crs, header),
        point_cloud=PointCloud(
            count=header.points,
            encoding="LASzip" if header.is_compressed else "LAS",
            dimensions=dimensions_of(header.point_format),
        ),
    )
    facts.groups = [_group(header, crs, facts.moment)]
    return facts


def _kind(header: Header, records: list[Record]) -> tuple[str, str]:
    if records and (records[0].owner, records[0].number) == COPC:
        return "COPC", COPC_TYPE
    return ("LAZ", LAZ_TYPE) if header.is_compressed else (LABEL, LAS_TYPE)


def _is_crs(record: Record) -> bool:
    return record.owner == "LASF_Projection"


def _place(crs: CRS | None, header: Header) -> Place | None:
    edges = (*header.low[:2], *header.high[:2])
    if crs is None or not header.points or not all(map(isfinite, edges)):
        return None
    return systems.place_of(crs, edges)


def _moment(header: Header) -> Moment | None:
    """The day on which the file was made, as the header says it: the best there is in it."""
    if not 1 <= header.day_of_year <= 366 or not header.year:
        return None
    try:
        day = datetime(header.year, 1, 1, tzinfo=UTC) + timedelta(days=header.day_of_year - 1)
    except (ValueError, OverflowError):
        return None
    known = in_range(day)
    return moment_of([known], "when the file was made, from its header") if known else None


def _projection(crs: CRS | None, header: Header) -> Projection | None:
    if crs is None:
        return None
    edges = [*header.low[:2], *header.high[:2]]
    return systems.projection_of(crs, edges if all(map(isfinite, edges)) else None)


def _group(header: Header, crs: CRS | None, moment: Moment | None) -> Group:
    group = Group("Points")
    group.add("Points", f"{header.points:,}")
    group.add("LAS version", ".".join(map(str, header.version)))
    group.add("Point format", str(header.point_format))
    group.add("Projection", systems.title_of(crs) if crs else "not stated")
    for axis, low, high in zip("XYZ", header.low, header.high, strict=True):
        group.add(axis, f"{words.number(low)} to {words.number(high)}")
    group.add("Time", span_in_words(moment) if moment else "")
    group.add("System", header.system)
    group.add("Written by", header.software)
    return group
