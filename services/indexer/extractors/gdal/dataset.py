"""One raster as GDAL's driver for it tells of it (rasterio): its header, never its pixels."""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from math import isfinite
from typing import Any, TypeVar

import rasterio
from affine import identity
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from services.indexer.extractors import crs as systems
from services.indexer.extractors import words
from services.indexer.extractors.facts import (
    MAX_BANDS,
    MAX_TEXT,
    Band,
    Facts,
    Group,
    Malformed,
    Part,
)
from services.indexer.extractors.gdal.drivers import BINARY, TEXT, Driver
from services.indexer.extractors.gdal.files import Files
from services.indexer.extractors.geotiff.georeference import Georeference, placed
from services.indexer.extractors.geotiff.raster import STATISTICS, spelt
from services.indexer.extractors.sparse_file import SparseFile

Text = TypeVar("Text")
# What GDAL knows them by: it looks for a header under the name of the data.
DATA, HEADER = "data", "data.hdr"
# As it is called in what GDAL says is wrong.
OUR_NAME = re.compile(r"'?/vsi\S+")
# What rasterio calls types for which STAC has another word.
TYPES = {
    "complex_int16": "cint16", "complex64": "cfloat32", "complex128": "cfloat64",
}  # fmt: skip
# Nothing is written beside a file, or asked of an address.
OPTIONS = {
    "GDAL_PAM_ENABLED": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_CACHEMAX": 16,
    "GDAL_NUM_THREADS": 1,
}


def facts_of_raster(file: SparseFile, data: SparseFile, driver: Driver) -> Facts:
    """Of a file, or of the data that it is the header of. Raises Malformed."""
    system = _system_beside(file, driver)
    crs = systems.read_definition(system) if system else None
    facts = _read(
        Files({DATA: data, HEADER: file} if driver.describes else {DATA: data}), driver, crs
    )
    parts = [Part(system.name, "metadata", TEXT)] if system else []
    facts.parts = [Part(data.name, "data", BINARY), *parts] if driver.describes else parts
    return facts


def _system_beside(file: SparseFile, driver: Driver) -> SparseFile | None:
    """The .prj of a format that has no room for a coordinate system."""
    stem, _, suffix = file.name.rpartition(".")
    if not driver.is_bare or not file.suffix:
        return None
    name = f"{stem}.{'PRJ' if suffix.isupper() else 'prj'}"
    return file.beside(name).get(name)


def _read(files: Files, driver: Driver, crs: CRS | None) -> Facts:
    """GDAL makes its own error of bytes that are missing: then they are asked for."""
    try:
        with warnings.catch_warnings(), rasterio.Env(**OPTIONS):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(DATA, driver=driver.name, opener=files) as dataset:
                facts = _facts(dataset, driver, _where(dataset, crs))
    except RasterioError as error:
        files.check()
        said = OUR_NAME.sub("the file", str(error))[:MAX_TEXT].rstrip(".")
        raise Malformed(f"GDAL reads no {driver.label} in it: {said}.") from error
    files.check()
    return facts


def _facts(dataset: DatasetReader, driver: Driver, where: Georeference) -> Facts:
    shape = [dataset.height, dataset.width]
    facts = Facts(
        format=driver.label,
        media_type=driver.media_type,
        summary=_summary(dataset, driver, where),
        place=where.place,
        bands=_bands(dataset),
    )
    if where.crs is not None:
        facts.projection = systems.projection_of(
            where.crs, where.bounds, shape=shape, transform=where.transform
        )
    facts.groups = [_group(dataset, where)]
    return facts


def _where(dataset: DatasetReader, crs: CRS | None) -> Georeference:
    """By its transform, in its own system or in that from beside it."""
    crs = systems.defined(dataset.crs.to_wkt()) if dataset.crs else crs
    a, b, c, d, e, f, *_ = dataset.transform
    if dataset.transform == identity or a * e == b * d:
        return Georeference(crs, None, None, None)
    return placed(crs, (a, b, c, d, e, f), (dataset.width, dataset.height))


def _summary(dataset: DatasetReader, driver: Driver, where: Georeference) -> str:
    parts = [driver.label, words.shape(dataset.width, dataset.height)]
    if dataset.count > 1:
        parts.append(words.count(dataset.count, "band"))
    if where.crs is not None:
        parts.append(systems.code_of(where.crs) or "own projection")
    return ", ".join(parts)


def _bands(dataset: DatasetReader) -> list[Band]:
    """The first MAX_BANDS."""
    none: Sequence[str | None] = [None] * dataset.count
    names, units = (
        _legible(lambda: dataset.descriptions, none),
        _legible(lambda: dataset.units, none),
    )
    said = zip(dataset.dtypes, dataset.nodatavals, names, units, strict=True)
    return [
        Band(
            f"band_{number}",
            TYPES.get(dtype, dtype),
            description=(description or "")[:MAX_TEXT],
            nodata=None if empty is None else spelt(empty),
            unit=(unit or "")[:MAX_TEXT],
            statistics=_statistics(_legible(partial(dataset.tags, number), {})),
        )
        for number, (dtype, empty, description, unit) in enumerate(islice(said, MAX_BANDS), 1)
    ]


def _legible(read: Callable[[], Text], otherwise: Text) -> Text:
    """What is UTF-8, as rasterio takes all text to be: older writers had the code page at hand."""
    try:
        return read()
    except UnicodeDecodeError:
        return otherwise


def _statistics(tags: Mapping[str, Any]) -> dict[str, float]:
    """Those that are in the file."""
    found = {}
    for name, text in tags.items():
        try:
            value = float(text) if name in STATISTICS else float("nan")
        except ValueError:
            continue
        if isfinite(value):
            found[STATISTICS[name]] = value
    return found


def _group(dataset: DatasetReader, where: Georeference) -> Group:
    group = Group("Raster")
    group.add("Size", words.shape(dataset.width, dataset.height))
    group.add("Bands", f"{dataset.count:,}")
    group.add("Type", ", ".join(dict.fromkeys(dataset.dtypes[:MAX_BANDS])))
    group.add("Overviews", ", ".join(map(str, dataset.overviews(1) if dataset.count else ())))
    group.add("Projection", systems.title_of(where.crs) if where.crs else "")
    group.add("Bounding box", words.box(where.place.bbox) if where.place else "")
    group.add("Read by", f"GDAL {rasterio.__gdal_version__}, {dataset.driver}")
    return group
