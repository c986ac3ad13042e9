"""A raster made small, from the smallest of its images that has pixels enough."""

import math

import numpy as np
from numpy.typing import NDArray

from services.indexer.extractors.geotiff.blocks import Values, pixels
from services.indexer.extractors.geotiff.layout import Image, Layout
from services.indexer.extractors.geotiff.raster import nodata
from services.indexer.extractors.picture.drawing import SIDE, Pixels, shown, stretched
from services.indexer.extractors.preview import Part

PHOTOMETRIC, COLOUR_MAP = 262, 320
WHITE_IS_ZERO, RGB, PALETTE, YCBCR = 0, 2, 3, 6
COLOURS = (RGB, YCBCR)
MAX_ENTRIES = 65_536


def small(found: Layout) -> Part:
    """Raises NotShown, NeedBytes, and whatever a decoder raises."""
    layer = _sufficient(found)
    main = found.main.directory
    kind = main.number(PHOTOMETRIC, 1)
    has_colours = kind in COLOURS and layer.raster.samples >= 3
    values = _thinned(pixels(layer, 3 if has_colours else 1))
    known = _known(values, nodata(main))
    if has_colours:
        is_plain = values.dtype == np.uint8
        return shown(values.astype(np.uint8) if is_plain else _each(values, known), known)
    band = values[:, :, 0]
    palette = main.numbers(COLOUR_MAP)
    if kind == PALETTE and 3 <= len(palette) <= 3 * MAX_ENTRIES:
        return shown(_painted(band, np.array(palette)), known)
    grey = stretched(band, known)
    return shown(255 - grey if kind == WHITE_IS_ZERO else grey, known)


def _sufficient(found: Layout) -> Image:
    """The smallest that need not be enlarged; the main image where all others are too small."""
    images = sorted([found.main, *found.overviews], key=lambda one: one.raster.width)
    enough = (one for one in images if max(one.raster.width, one.raster.height) >= SIDE)
    return next(enough, found.main)


def _thinned(values: Values) -> Values:
    """Of every few pixels one, where there are many more than are shown."""
    step = max(1, max(values.shape[:2]) // (2 * SIDE))
    return values[::step, ::step]


def _known(values: Values, empty: float | str | None) -> NDArray[np.bool_]:
    """Where any of the bands has a value."""
    known = np.ones(values.shape, bool)
    if values.dtype.kind == "f":
        known &= np.isfinite(values)
    number = float(empty) if empty is not None else math.nan
    if not math.isnan(number):
        known &= values != np.float64(number)
    return np.asarray(known.any(axis=2))


def _each(values: Values, known: NDArray[np.bool_]) -> Pixels:
    """All colours by the same measure, so that none of them changes."""
    deep = np.repeat(known[:, :, None], values.shape[2], axis=2)
    return stretched(values, deep)


def _painted(band: Values, palette: NDArray[np.generic]) -> Pixels:
    """By the colour map: all reds, all greens, all blues, of 16 bits each (TIFF 6.0 §5)."""
    colours = (palette.reshape(3, -1).T // 257).astype(np.uint8)
    return colours[np.clip(band.astype(np.int64), 0, len(colours) - 1)]
