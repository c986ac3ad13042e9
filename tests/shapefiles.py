"""Shapefiles as GDAL writes them: several files of one name."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely

SUFFIXES = ("shp", "shx", "dbf", "prj", "cpg")


def shapefile(
    folder: Path, shapes: list[Any], *, crs: str | None = "EPSG:4326", **options: Any
) -> dict[str, bytes]:
    """The files `a.shp` and those beside it, with one column of each kind that they can have."""
    many = len(shapes)
    columns = {
        "count": np.arange(many, dtype="int32"),
        "level": np.arange(many, dtype="float64"),
        "größe": np.array(["é"] * many, dtype=object),
        "seen": np.array(["2020-01-01"] * many, dtype="datetime64[D]"),
    }
    pyogrio.raw.write(
        folder / "a.shp",
        shapely.to_wkb(np.array(shapes, dtype=object), flavor="iso"),
        list(columns.values()),
        list(columns),
        driver="ESRI Shapefile",
        geometry_type=options.pop("geometry_type", "Point"),
        crs=crs,
        **options,
    )
    found = {suffix: folder / f"a.{suffix}" for suffix in SUFFIXES}
    return {path.name: path.read_bytes() for path in found.values() if path.exists()}


def sample_shapefile(folder: Path, name: str = "countries") -> dict[str, bytes]:
    """The files of one that lies in a folder, by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f"{name}.*"))}
