"""Coordinate systems: what they are called, and where their boxes lie on Earth (pyproj)."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise, product
from math import isfinite
from typing import Any

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from services.indexer.extractors.earth import (
    Box,
    Point,
    bounding_box,
    footprint_of_ring,
    place_of_box,
)
from services.indexer.extractors.facts import Malformed, Place, Projection
from services.indexer.extractors.sparse_file import SparseFile

WGS84 = "OGC:CRS84"
# Points along each edge when a box is carried over, as GDAL and rasterio do.
EDGE_POINTS = 21
GRID = 21
# A box of this share of the other's width is not the same box seen through a coarse grid.
SMEARED = 0.75
MAX_DEFINITION = 64 * 1024


@lru_cache(maxsize=256)
def named(authority: str, code: int | str) -> CRS | None:
    """The system of this code, or None where PROJ has none."""
    try:
        return CRS.from_authority(authority, code)
    except CRSError:
        return None


def defined(definition: str | dict[str, Any]) -> CRS | None:
    """The system that WKT, PROJ text or PROJJSON defines; None where it is nonsense."""
    if isinstance(definition, str) and len(definition) > MAX_DEFINITION:
        return None
    try:
        return CRS.from_user_input(definition)
    except CRSError:
        return None


def read_definition(file: SparseFile) -> CRS | None:
    """The system of a .prj; None of an empty one. Raises Malformed where it is nonsense."""
    text = file.head(MAX_DEFINITION).decode("utf-8", "replace").strip()
    return must_be_known(defined(text), text) if text else None


@lru_cache(maxsize=256)
def code_of(crs: CRS) -> str | None:
    """`EPSG:32633`, where the system says so itself or is exactly that one.

    Kept, since PROJ goes through its whole register for a system that has no code.
    """
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else None


def title_of(crs: CRS) -> str:
    """`EPSG:4326, WGS 84`; the name alone where there is no code."""
    return ", ".join(part for part in (code_of(crs), str(crs.name)) if part)


def wkt_of(crs: CRS) -> str | None:
    """WKT2 of a system that has no code to be known by."""
    text: str = crs.to_wkt()
    return text if len(text) <= MAX_DEFINITION else None


def projection_of(
    crs: CRS,
    bounds: Sequence[float] | None,
    *,
    shape: list[int] | None = None,
    transform: Sequence[float] | None = None,
) -> Projection:
    """The system by its code, else by its WKT, and what of the data is told in it."""
    code = code_of(crs)
    return Projection(
        code=code,
        wkt2=None if code else wkt_of(crs),
        shape=shape,
        transform=list(transform) if transform else None,
        bbox=list(bounds) if bounds else None,
    )


def is_degrees(crs: CRS) -> bool:
    """Whether its coordinates are longitudes and latitudes that need no carrying over."""
    return bool(crs.is_geographic) and code_of(crs) in {WGS84, "EPSG:4326"}


def place_of(crs: CRS, bounds: Box, ring: list[Point] | None = None) -> Place | None:
    """Where a box of this system (x low, y low, x high, y high) lies; x is east, y is north.

    `ring` is the outline if it is not the box. None where the system is not of this Earth.
    """
    if is_degrees(crs):
        return place_of_box(*bounds)
    carry = _transformer(crs)
    if carry is None:
        return None
    try:
        edges = carry.transform_bounds(*bounds, densify_pts=EDGE_POINTS)
    except ProjError:
        return None
    if not all(map(isfinite, edges)):
        return _place_inside(carry, bounds)
    place = place_of_box(*edges)
    if place.bbox[2] - place.bbox[0] > 180:
        return _narrower(place, carry, bounds)
    outline = _carried(carry, ring or ring_of(bounds))
    return Place(place.bbox, footprint_of_ring(outline, place.bbox)) if outline else place


def ring_of(bounds: Box) -> list[Point]:
    """The closed outline of a box with points along its edges, since they may bend."""
    left, bottom, right, top = bounds
    return along([(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)])


def along(corners: list[Point], points: int = 8) -> list[Point]:
    """The same closed ring with `points` steps on each edge."""
    ring = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        steps = [(step / points) for step in range(points)]
        ring += [(x0 + (x1 - x0) * step, y0 + (y1 - y0) * step) for step in steps]
    return [*ring, corners[-1]]


def _carried(carry: Transformer, ring: list[Point]) -> list[Point]:
    xs, ys = carry.transform([x for x, _ in ring], [y for _, y in ring])
    points = list(zip(xs, ys, strict=True))
    return points if all(isfinite(x) and isfinite(y) for x, y in points) else []


def _place_inside(carry: Transformer, bounds: Box) -> Place | None:
    """Of a box that reaches off the Earth (a full disc, the rim of a map): its points that do not.

    A point is off the Earth where coming back from it does not lead to where it was.
    """
    left, bottom, right, top = bounds
    steps = [step / (GRID - 1) for step in range(GRID)]
    xs, ys = zip(
        *(
            (left + (right - left) * x, bottom + (top - bottom) * y)
            for x, y in product(steps, steps)
        ),
        strict=True,
    )
    longitudes, latitudes = carry.transform(xs, ys)
    back_xs, back_ys = carry.transform(longitudes, latitudes, direction="INVERSE")
    near = max(right - left, top - bottom) * 1e-6
    seen = [
        (longitude, latitude)
        for x, y, longitude, latitude, back_x, back_y in zip(
            xs, ys, longitudes, latitudes, back_xs, back_ys, strict=True
        )
        if abs(back_x - x) <= near and abs(back_y - y) <= near
    ]
    if not seen:
        return None
    return place_of_box(*bounding_box([(x, x) for x, _ in seen], [y for _, y in seen]))


def _narrower(place: Place, carry: Transformer, bounds: Box) -> Place:
    """A box round the whole world, unless it comes from edges that are off the Earth."""
    inside = _place_inside(carry, bounds)
    if inside is None:
        return place
    west, _, east, _ = inside.bbox
    narrow = (east - west) % 360 < SMEARED * (place.bbox[2] - place.bbox[0])
    return inside if narrow else place


@lru_cache(maxsize=256)
def _transformer(crs: CRS) -> Transformer | None:
    if crs.is_geocentric or crs.is_engineering:
        return None
    try:
        return Transformer.from_crs(crs, WGS84, always_xy=True)
    except ProjError:
        return None


def must_be_known(crs: CRS | None, said: str) -> CRS:
    """The system, or Malformed with what the file said of it."""
    if crs is None:
        raise Malformed(f"Its coordinate system is not known: {said[:200]}")
    return crs
