"""Where the points of a field lie: grids in degrees, turned ones, and four projections."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from pyproj import CRS, Transformer

from services.indexer.extractors.crs import WGS84
from services.indexer.extractors.earth import Box
from services.indexer.extractors.grib.projections import lambert, mercator, polar, turned_degrees
from services.indexer.extractors.grib.sections import Section

WGS84_ELLIPSOID = "+ellps=WGS84"
# Code table 3.2; spheres in metres.
SPHERES = {0: 6_367_470.0, 6: 6_371_229.0, 8: 6_371_200.0}
ELLIPSOIDS = {
    2: "+a=6378160 +b=6356775", 4: "+ellps=GRS80", 5: WGS84_ELLIPSOID, 9: "+ellps=airy",
}  # fmt: skip
NOT_STATED = 0xFFFFFFFF
BACKWARDS, UPWARDS = 0x80, 0x40
MICRO, MILLI = 1e-6, 1e-3


@dataclass(slots=True, frozen=True)
class Grid:
    """`columns` is 0 where rows differ in length. `definition` is PROJ text, empty for degrees.

    `bounds` go around the cells whose centres the points are; None where they are not known.
    """

    kind: str
    columns: int = 0
    rows: int = 0
    definition: str = ""
    bounds: Box | None = None


@dataclass(slots=True, frozen=True)
class Corners:
    """The first and the last point in degrees, and how they are gone through."""

    first: tuple[float, float]
    last: tuple[float, float]
    scanning: int


def read_grid(section: Section) -> Grid:
    """Of section 3 of edition 2."""
    template = section.unsigned(13, 14)
    kind, read = TEMPLATES.get(template, (f"grid template 3.{template}", None))
    return read(kind, section) if read else Grid(kind)


def earth_of(section: Section) -> str:
    """The shape of the Earth in the words of PROJ."""
    shape = section.unsigned(15)
    if shape in {1, 3, 7}:
        unit = 1000.0 if shape == 3 else 1.0
        radius, major, minor = (section.scaled(octet) for octet in (16, 21, 26))
        if shape == 1:
            return f"+R={radius}"
        return f"+a={(major or 0) * unit} +b={(minor or 0) * unit}"
    sphere = SPHERES.get(shape)
    return f"+R={sphere}" if sphere else ELLIPSOIDS.get(shape, WGS84_ELLIPSOID)


def grid_in_degrees(kind: str, columns: int, rows: int, corners: Corners, finest: float) -> Grid:
    """Points a regular step apart; `finest` is the step where rows differ in length."""
    west, east = corners.first[0], corners.last[0]
    if corners.scanning & BACKWARDS:
        west, east = east, west
    if east < west:
        east += 360
    south, north = sorted((corners.first[1], corners.last[1]))
    across = (east - west) / (columns - 1) if columns > 1 else finest
    down = (north - south) / (rows - 1) if rows > 1 else finest
    bounds = (west - across / 2, south - down / 2, east + across / 2, north + down / 2)
    return Grid(kind, columns, rows, "", bounds)


def grid_in_metres(
    kind: str,
    size: tuple[int, int],
    step: tuple[float, float],
    corner: tuple[float, float],
    projected: tuple[str, int],
) -> Grid:
    """Points a step apart from the corner, given in degrees, in a projection and a direction."""
    definition, scanning = projected
    x, y = _carry(definition).transform(*corner)
    width, height = step[0] * (size[0] - 1), step[1] * (size[1] - 1)
    left = x - width if scanning & BACKWARDS else x
    low = y if scanning & UPWARDS else y - height
    half = (step[0] / 2, step[1] / 2)
    bounds = (left - half[0], low - half[1], left + width + half[0], low + height + half[1])
    return Grid(kind, *size, definition, bounds)


@lru_cache(maxsize=64)
def _carry(definition: str) -> Transformer:
    # From longitudes of its own Earth: that they are of another does not move the corner.
    crs = CRS.from_user_input(definition)
    return Transformer.from_crs(crs.geodetic_crs or WGS84, crs, always_xy=True)


def _degrees(kind: str, section: Section) -> Grid:
    """Templates 3.0 and 3.40: in a Gaussian grid the parallels are not quite a step apart."""
    stated, rows = section.unsigned(31, 34), section.unsigned(35, 38)
    basic, parts = section.unsigned(39, 42), section.unsigned(43, 46)
    unit = basic / parts if basic and parts not in {0, NOT_STATED} else MICRO
    corners = Corners(
        (section.signed(51, 54) * unit, section.signed(47, 50) * unit),
        (section.signed(60, 63) * unit, section.signed(56, 59) * unit),
        section.unsigned(72),
    )
    # Octets 68-71 of a Gaussian grid: parallels from pole to equator, of four times as many points.
    finest = 90 / max(section.unsigned(68, 71), 1) if stated == NOT_STATED else 0.0
    return grid_in_degrees(kind, 0 if stated == NOT_STATED else stated, rows, corners, finest)


def _turned(kind: str, section: Section) -> Grid:
    """Template 3.1: octets 73-80 say where the south pole is put."""
    pole = section.signed(77, 80) * MICRO, section.signed(73, 76) * MICRO
    return replace(_degrees(kind, section), definition=turned_degrees(pole, earth_of(section)))


def _lambert(kind: str, section: Section) -> Grid:
    origin = _longitude(section), section.signed(48, 51) * MICRO
    parallels = section.signed(66, 69) * MICRO, section.signed(70, 73) * MICRO
    definition = lambert(origin, parallels, earth_of(section))
    return _metres(kind, section, definition, section.unsigned(65))


def _polar(kind: str, section: Section) -> Grid:
    pole = -90 if section.unsigned(64) & BACKWARDS else 90
    true_latitude = section.signed(48, 51) * MICRO
    definition = polar(pole, true_latitude, _longitude(section), earth_of(section))
    return _metres(kind, section, definition, section.unsigned(65))


def _mercator(kind: str, section: Section) -> Grid:
    first, true_latitude = section.signed(43, 46) * MICRO, section.signed(48, 51) * MICRO
    definition = mercator(true_latitude, first, earth_of(section))
    return _metres(kind, section, definition, section.unsigned(60), steps=65)


def _longitude(section: Section) -> float:
    return section.signed(52, 55) * MICRO


def _metres(kind: str, section: Section, definition: str, scanning: int, steps: int = 56) -> Grid:
    size = section.unsigned(31, 34), section.unsigned(35, 38)
    corner = section.signed(43, 46) * MICRO, section.signed(39, 42) * MICRO
    step = (
        section.unsigned(steps, steps + 3) * MILLI,
        section.unsigned(steps + 4, steps + 7) * MILLI,
    )
    return grid_in_metres(kind, size, step, corner, (definition, scanning))


TEMPLATES: dict[int, tuple[str, Callable[[str, Section], Grid]]] = {
    0: ("latitudes and longitudes", _degrees),
    1: ("turned latitudes and longitudes", _turned),
    10: ("Mercator", _mercator),
    20: ("polar stereographic", _polar),
    30: ("Lambert conformal", _lambert),
    40: ("Gaussian", _degrees),
}
