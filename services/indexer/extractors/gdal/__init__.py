"""Rasters that only GDAL reads. It is an extra (`gdal`), and its library is called rasterio.

It is loaded where such a file comes, into the worker that reads it.
"""

from importlib.util import find_spec

from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.gdal.drivers import Driver, driver_of
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"jp2", "j2k"})
LABEL = "a raster for GDAL"
LIBRARY = "rasterio"
NOT_INSTALLED = "No extractor for this format is installed here: only its kind is known."
ALONE = "The data that it describes is not beside it."


def recognises(file: SparseFile) -> bool:
    """By the first bytes of a format that is left to GDAL."""
    return driver_of(file) is not None


def parse(file: SparseFile) -> Facts:
    """Size, bands, coordinate system and place; no pixel is read. Raises Malformed."""
    driver = driver_of(file)
    if driver is None:
        raise Malformed("It is of no format that is left to GDAL.")
    if find_spec(LIBRARY) is None:
        return Facts(driver.label, driver.media_type, driver.label, partial=NOT_INSTALLED)
    data = _data_of(file, driver)
    if data is None:
        return Facts(driver.label, driver.media_type, driver.label, partial=ALONE)
    # numpy and GDAL take 60 MB, which most workers never need.
    from services.indexer.extractors.gdal.dataset import facts_of_raster  # noqa: PLC0415

    return facts_of_raster(file, data, driver)


def _data_of(file: SparseFile, driver: Driver) -> SparseFile | None:
    """What is to be opened: the file itself, or what it is the header of."""
    if not driver.describes:
        return file
    stem = file.name.removesuffix(".hdr").removesuffix(".HDR")
    names = [name for ending in driver.describes if (name := stem + ending) != file.name]
    there = file.beside(*names)
    return next((there[name] for name in names if name in there), None)
