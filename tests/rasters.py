"""TIFF files made by GDAL, to hold our own reader against."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import DatasetReader, DatasetWriter, MemoryFile
from rasterio.transform import from_bounds


def tiff(
    *,
    driver: str = "GTiff",
    size: tuple[int, int] = (64, 48),
    bands: int = 1,
    dtype: str = "uint8",
    crs: str | None = "EPSG:4326",
    bounds: tuple[float, float, float, float] | None = (10.0, 50.0, 11.0, 51.0),
    tags: dict[str, str] | None = None,
    description: str = "",
    **options: Any,
) -> bytes:
    """A file of this size (width, height) inside these bounds."""
    width, height = size
    pixels = np.arange(width * height, dtype="int64").reshape(height, width) % 250
    with quiet(), MemoryFile() as memory:
        transform = from_bounds(*bounds, width, height) if bounds else None
        profile = {
            "driver": driver, "width": width, "height": height, "count": bands, "dtype": dtype,
            "crs": crs, "transform": transform, **options,
        }  # fmt: skip
        with memory.open(**profile) as dataset:
            if not dtype.startswith("complex_"):
                _fill(dataset, pixels, dtype, description)
            if tags:
                dataset.update_tags(**tags)
        return bytes(memory.read())


def _fill(dataset: DatasetWriter, pixels: np.ndarray, dtype: str, description: str) -> None:
    for band in range(1, dataset.count + 1):
        dataset.write(pixels.astype(dtype), band)
        if description:
            dataset.set_band_description(band, description)


@contextmanager
def as_gdal_sees(data: bytes) -> Iterator[DatasetReader]:
    """The same file through GDAL."""
    with quiet(), MemoryFile(data) as memory, memory.open() as dataset:
        yield dataset


def with_overviews(path: Path, factors: list[int]) -> bytes:
    """The file at a path with overviews put behind its pixels."""
    with quiet(), rasterio.open(path, "r+") as dataset:
        dataset.build_overviews(factors)
    return path.read_bytes()


@contextmanager
def quiet() -> Iterator[None]:
    """What GDAL and rasterio warn of is not what is tested."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        # rasterio multiplies affine transforms in a way that affine 3 will drop.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        yield
