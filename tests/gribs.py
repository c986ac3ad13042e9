"""Files in GRIB: of edition 2 as GDAL writes them, of edition 1 by hand."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.transform import from_origin

from tests.rasters import quiet

WGS84 = "EPSG:4326"
LAMBERT = "+proj=lcc +lat_0=25 +lon_0=-95 +lat_1=25 +lat_2=25 +R=6371229 +units=m"
POLAR = "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=-105 +R=6371229 +units=m"
MERCATOR = "+proj=merc +lat_ts=20 +lon_0=0 +R=6371229 +units=m"
SIGNED_1_DEGREE = 0x800000 | 1000


@quiet()
def written(
    path: Path,
    *,
    crs: str = WGS84,
    west: float = -10,
    north: float = 60,
    step: float = 0.5,
    size: tuple[int, int] = (120, 60),
    hours: tuple[int, ...] = (0,),
    parameter: tuple[int, int] = (0, 0),
) -> bytes:
    """A file of edition 2 that GDAL wrote: temperature at 2 m, so many hours ahead.

    `parameter`: another category and number.
    """
    profile: dict[str, Any] = {
        "driver": "GRIB", "width": size[0], "height": size[1], "count": len(hours),
        "dtype": "float32", "crs": crs, "transform": from_origin(west, north, step, step),
        "DISCIPLINE": "0", "IDS": "CENTER=7 SIGNF_REF_TIME=1 REF_TIME=2024-02-28T18:00:00Z",
        "PDS_PDTN": "0",
    }  # fmt: skip
    for band, hour in enumerate(hours, 1):
        values = f"{parameter[0]} {parameter[1]} 2 255 255 0 0 1 {hour} 103 0 2 255 0 0"
        profile[f"BAND_{band}_PDS_TEMPLATE_ASSEMBLED_VALUES"] = values
    with rasterio.open(path, "w", **profile) as file:
        for band, _ in enumerate(hours, 1):
            file.write(np.arange(size[0] * size[1], dtype="float32").reshape(size[::-1]), band)
    return path.read_bytes()


def first_edition(*, table: int = 2, parameter: int = 11, grid: bytes | None = None) -> bytes:
    """One message of edition 1, whose values take no bits: 3 by 2 points in Europe."""
    product = struct.pack(
        ">3B 5B B B H 5B B B B B H B B B h".replace(" ", ""),
        0, 0, 28, table, 7, 96, 255, 0x80, parameter, 105, 2,
        24, 2, 28, 18, 0, 1, 6, 0, 0, 0, 0, 21, 0, 0,
    )  # fmt: skip
    points = grid if grid is not None else _degrees()
    values = bytes((0, 0, 12, 8)) + bytes(7) + b"\0"
    body = product + points + values + b"7777"
    return b"GRIB" + (8 + len(body)).to_bytes(3) + b"\1" + body


def _degrees() -> bytes:
    numbers = (50000, SIGNED_1_DEGREE, 48000, 3000)
    la1, lo1, la2, lo2 = (number.to_bytes(3) for number in numbers)
    ends = la1 + lo1 + b"\x80" + la2 + lo2 + (2000).to_bytes(2) + (2000).to_bytes(2)
    return b"\0\0\x20\0\xff\0" + (3).to_bytes(2) + (2).to_bytes(2) + ends + b"\0" + bytes(4)
