"""From pixels to coordinates: the affine transform and the place on Earth (OGC 19-008r4 §6)."""

from dataclasses import dataclass
from math import isfinite

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.earth import Box, Point
from services.indexer.extractors.facts import Malformed, Place
from services.indexer.extractors.geotiff.geokeys import (
    PIXEL_IS_POINT,
    RASTER_TYPE,
    Keys,
    crs_of,
    said_of,
)
from services.indexer.extractors.geotiff.tags import Directory
from services.indexer.extractors.world_file import Transform

PIXEL_SCALE, TIE_POINTS, TRANSFORMATION = 33550, 33922, 34264


@dataclass(frozen=True, slots=True)
class Georeference:
    """Where the pixels are. `transform` maps (column, row) as x = a·c + b·r + c, y = d·c + e·r + f.

    `bounds` are low x, low y, high x, high y in the coordinates of `crs`.
    """

    crs: CRS | None
    transform: Transform | None
    bounds: Box | None
    place: Place | None
    said: str = ""


def georeference(directory: Directory, width: int, height: int) -> Georeference:
    """What the first image says. Raises Malformed where its numbers cannot be."""
    keys = Keys(directory)
    crs = crs_of(keys) if keys else None
    said = said_of(keys) if keys else ""
    transform = _transform(directory, is_point=keys.short(RASTER_TYPE) == PIXEL_IS_POINT)
    if transform is not None:
        return placed(crs, transform, (width, height), said)
    ring = _tie_points(directory)
    return _around(ring, crs, None, said) if ring else Georeference(crs, None, None, None, said)


def placed(
    crs: CRS | None, transform: Transform, size: tuple[int, int], said: str = ""
) -> Georeference:
    """Of so many columns and rows under a transform. Raises Malformed as `georeference` does."""
    return _around(_outline(transform, *size), crs, transform, said)


def _around(
    ring: list[Point], crs: CRS | None, transform: Transform | None, said: str
) -> Georeference:
    if not all(isfinite(x) and isfinite(y) for x, y in ring):
        raise Malformed("Its geotransform holds numbers that are not finite.")
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    bounds = (min(xs), min(ys), max(xs), max(ys))
    turned = transform is not None and (transform[1] != 0 or transform[3] != 0)
    outline = systems.along(ring) if turned else None
    place = systems.place_of(crs, bounds, outline) if crs else None
    return Georeference(crs, transform, bounds, place, said)


def _transform(directory: Directory, *, is_point: bool) -> Transform | None:
    matrix = directory.numbers(TRANSFORMATION)
    scale, tie = directory.numbers(PIXEL_SCALE), directory.numbers(TIE_POINTS)
    if len(matrix) == 16:
        found = (matrix[0], matrix[1], matrix[3], matrix[4], matrix[5], matrix[7])
    elif len(scale) >= 2 and len(tie) >= 6:
        column, row, x, y = tie[0], tie[1], tie[3], tie[4]
        down = -abs(scale[1])
        found = (scale[0], 0.0, x - column * scale[0], 0.0, down, y - row * down)
    else:
        return None
    a, b, c, d, e, f = found
    if a * e == b * d:
        return None
    if is_point:
        # The coordinates are those of a pixel's middle.
        c, f = c - (a + b) / 2, f - (d + e) / 2
    return a, b, c, d, e, f


def _outline(transform: Transform, width: int, height: int) -> list[Point]:
    a, b, c, d, e, f = transform
    corners = ((0, height), (width, height), (width, 0), (0, 0), (0, height))
    return [(a * x + b * y + c, d * x + e * y + f) for x, y in corners]


def _tie_points(directory: Directory) -> list[Point]:
    """Ground control points stand for an outline where there is no transform."""
    tie = directory.numbers(TIE_POINTS)
    points = [(float(tie[i + 3]), float(tie[i + 4])) for i in range(0, len(tie) - 5, 6)]
    return points if len(points) > 2 else []
