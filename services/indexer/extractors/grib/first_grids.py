"""Grids of edition 1: the same as those of edition 2, in other octets and units."""

from collections.abc import Callable
from dataclasses import replace

from services.indexer.extractors.grib.grids import (
    BACKWARDS,
    MILLI,
    Corners,
    Grid,
    grid_in_degrees,
    grid_in_metres,
)
from services.indexer.extractors.grib.projections import lambert, mercator, polar, turned_degrees
from services.indexer.extractors.grib.sections import Section

SPHERE, ELLIPSOID = "+R=6367470", "+a=6378160 +b=6356775"
NOT_STATED, IS_ELLIPSOID = 0xFFFF, 0x40
# Of a polar grid, where steps are as long as they are said to be.
TRUE_LATITUDE = 60


def read_first_grid(section: Section) -> Grid:
    """Of section 2 of edition 1."""
    number = section.unsigned(6)
    kind, read = GRIDS.get(number, (f"grid of type {number}", None))
    return read(kind, section) if read else Grid(kind)


def _degrees(kind: str, section: Section) -> Grid:
    stated, rows = section.unsigned(7, 8), section.unsigned(9, 10)
    corners = Corners(
        (section.signed(14, 16) * MILLI, section.signed(11, 13) * MILLI),
        (section.signed(21, 23) * MILLI, section.signed(18, 20) * MILLI),
        section.unsigned(28),
    )
    finest = 90 / max(section.unsigned(26, 27), 1) if stated == NOT_STATED else 0.0
    return grid_in_degrees(kind, 0 if stated == NOT_STATED else stated, rows, corners, finest)


def _turned(kind: str, section: Section) -> Grid:
    pole = section.signed(36, 38) * MILLI, section.signed(33, 35) * MILLI
    return replace(_degrees(kind, section), definition=turned_degrees(pole, _earth(section)))


def _lambert(kind: str, section: Section) -> Grid:
    parallels = section.signed(29, 31) * MILLI, section.signed(32, 34) * MILLI
    origin = section.signed(18, 20) * MILLI, parallels[0]
    return _metres(kind, section, lambert(origin, parallels, _earth(section)))


def _polar(kind: str, section: Section) -> Grid:
    side, longitude = -1 if section.unsigned(27) & BACKWARDS else 1, section.signed(18, 20) * MILLI
    definition = polar(side * 90, side * TRUE_LATITUDE, longitude, _earth(section))
    return _metres(kind, section, definition)


def _mercator(kind: str, section: Section) -> Grid:
    first, true_latitude = section.signed(14, 16) * MILLI, section.signed(24, 26) * MILLI
    return _metres(kind, section, mercator(true_latitude, first, _earth(section)), steps=29)


def _metres(kind: str, section: Section, definition: str, steps: int = 21) -> Grid:
    size = section.unsigned(7, 8), section.unsigned(9, 10)
    corner = section.signed(14, 16) * MILLI, section.signed(11, 13) * MILLI
    step = (
        float(section.unsigned(steps, steps + 2)),
        float(section.unsigned(steps + 3, steps + 5)),
    )
    return grid_in_metres(kind, size, step, corner, (definition, section.unsigned(28)))


def _earth(section: Section) -> str:
    return ELLIPSOID if section.unsigned(17) & IS_ELLIPSOID else SPHERE


GRIDS: dict[int, tuple[str, Callable[[str, Section], Grid]]] = {
    0: ("latitudes and longitudes", _degrees),
    1: ("Mercator", _mercator),
    3: ("Lambert conformal", _lambert),
    4: ("Gaussian", _degrees),
    5: ("polar stereographic", _polar),
    10: ("turned latitudes and longitudes", _turned),
}
