"""Where arrays are: by longitudes and latitudes, by the axes of a grid, by what is said of all."""

from collections.abc import Sequence
from math import isfinite

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.arrays.array import Array, Attributes
from services.indexer.extractors.arrays.conventions import kind_of
from services.indexer.extractors.earth import Box, Span, bounding_box, place_of_box
from services.indexer.extractors.facts import Place, Projection

# What says in words what the coordinates of a grid are in (CF 1.11 §5.6; GDAL).
DEFINITIONS = ("crs_wkt", "spatial_ref")
AXES = {"x": frozenset({"x", "easting"}), "y": frozenset({"y", "northing"})}
# ACDD 1.3: west, south, east, north of all there is.
SAID = ("geospatial_lon_min", "geospatial_lat_min", "geospatial_lon_max", "geospatial_lat_max")


def located(arrays: Sequence[Array], said: Attributes) -> tuple[Place | None, Projection | None]:
    """The place and the projection that its coordinates are in; `said` is of the whole dataset."""
    place = _by_degrees(arrays)
    if place is None and (grid := _grid(arrays)):
        crs, bounds = grid
        return systems.place_of(crs, bounds), systems.projection_of(crs, bounds)
    place = place or _by_words(said)
    return place, Projection(code="EPSG:4326", bbox=list(place.bbox)) if place else None


def _by_degrees(arrays: Sequence[Array]) -> Place | None:
    """Around all longitudes and latitudes; a row of cells reaches half a step beyond its ends."""
    spans = _reaches(arrays, "longitude")
    rows = _reaches(arrays, "latitude")
    if not spans or not rows:
        return None
    latitudes = [max(-90.0, min(90.0, degrees)) for row in rows for degrees in row]
    return place_of_box(*bounding_box(spans, latitudes))


def _reaches(arrays: Sequence[Array], kind: str) -> list[Span]:
    return [span for one in arrays if kind_of(one) == kind for span in [_reach(one)] if span]


def _reach(array: Array) -> Span | None:
    if array.ends is None:
        return None
    low, high = array.ends
    is_row = array.dimensions == (array.name,) and array.shape[0] > 1
    half = (high - low) / (array.shape[0] - 1) / 2 if is_row else 0.0
    return low - half, high + half


def _grid(arrays: Sequence[Array]) -> tuple[CRS, Box] | None:
    """The system that one of the arrays defines, and the bounds of the grid in it."""
    texts = [text for one in arrays for name in DEFINITIONS if (text := one.text(name))]
    crs = systems.defined(texts[0]) if texts else None
    x, y = (_axis(arrays, kind) for kind in ("x", "y"))
    if crs is None or x is None or y is None:
        return None
    return crs, (x[0], y[0], x[1], y[1])


def _axis(arrays: Sequence[Array], kind: str) -> Span | None:
    """The first of this kind; by its name where its attributes say nothing."""
    known = [one for one in arrays if kind_of(one) == kind]
    named = [
        one
        for one in arrays
        if one.name.lower() in AXES[kind] and one.dimensions == (one.name,) and not kind_of(one)
    ]
    reaches = (_reach(one) for one in [*known, *named])
    return next((span for span in reaches if span), None)


def _by_words(said: Attributes) -> Place | None:
    try:
        west, south, east, north = (float(said[name]) for name in SAID)
    except (KeyError, ValueError):
        return None
    if not all(map(isfinite, (west, south, east, north))) or south > north:
        return None
    return place_of_box(west, south, east, north)
