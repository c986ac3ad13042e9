"""The pixels of one image: their type, bands, no-data value, layout in the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from math import isfinite, isnan

from services.indexer.extractors.facts import MAX_BANDS, MAX_TEXT, Band, Malformed
from services.indexer.extractors.geotiff.tags import Directory

WIDTH, HEIGHT, BITS, COMPRESSION, SAMPLES, ROWS_PER_STRIP = 256, 257, 258, 259, 277, 278
TILE_WIDTH, TILE_HEIGHT, SAMPLE_FORMAT = 322, 323, 339
STRIP_OFFSETS, TILE_OFFSETS = 273, 324
GDAL_METADATA, GDAL_NODATA = 42112, 42113

MAX_SIDE = 2**31 - 1
UNSIGNED, SIGNED, FLOATING, VOID, COMPLEX_SIGNED, COMPLEX_FLOATING = range(1, 7)
KINDS = {
    UNSIGNED: "uint", SIGNED: "int", FLOATING: "float", VOID: "uint",
    COMPLEX_SIGNED: "cint", COMPLEX_FLOATING: "cfloat",
}  # fmt: skip
WIDTHS = {"uint": (8, 16, 32, 64), "int": (8, 16, 32, 64), "float": (16, 32, 64)}
COMPLEX_WIDTHS = {"cint": (16, 32), "cfloat": (32, 64)}
COMPRESSIONS = {
    1: "none", 2: "CCITT", 3: "CCITT fax 3", 4: "CCITT fax 4", 5: "LZW", 6: "JPEG", 7: "JPEG",
    8: "Deflate", 32773: "PackBits", 32946: "Deflate", 34712: "JPEG 2000", 34887: "LERC",
    34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL",
}  # fmt: skip

METADATA_ITEM = re.compile(r"<Item\s+([^<>]{0,300})>([^<>]{0,2000})</Item>")
ATTRIBUTE = re.compile(r'([a-z]{1,20})="([^"]{0,200})"')
STATISTICS = {
    "STATISTICS_MINIMUM": "minimum",
    "STATISTICS_MAXIMUM": "maximum",
    "STATISTICS_MEAN": "mean",
    "STATISTICS_STDDEV": "stddev",
    "STATISTICS_VALID_PERCENT": "valid_percent",
}


@dataclass(frozen=True, slots=True)
class Raster:
    """One image: its size in pixels and how they are stored. `block` is width and height."""

    width: int
    height: int
    samples: int
    data_type: str
    compression: str
    is_tiled: bool
    block: tuple[int, int]


def raster(directory: Directory) -> Raster:
    """Raises Malformed where there is no image of a possible size."""
    width, height = directory.number(WIDTH), directory.number(HEIGHT)
    samples = directory.number(SAMPLES, 1)
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE and samples > 0):
        raise Malformed(f"Its image has a size of {width} × {height} × {samples}.")
    is_tiled = TILE_WIDTH in directory.entries
    tile = (directory.number(TILE_WIDTH), directory.number(TILE_HEIGHT))
    strip = (width, min(directory.number(ROWS_PER_STRIP, height), height))
    code = directory.number(COMPRESSION, 1)
    return Raster(
        width,
        height,
        samples,
        _data_type(directory),
        COMPRESSIONS.get(code, f"method {code}"),
        is_tiled,
        tile if is_tiled else strip,
    )


def _data_type(directory: Directory) -> str:
    """In STAC's words; what STAC has no word for is `other`."""
    bits = directory.number(BITS, 1)
    kind = KINDS.get(directory.number(SAMPLE_FORMAT, UNSIGNED), "")
    if bits in WIDTHS.get(kind, ()):
        return f"{kind}{bits}"
    if bits // 2 in COMPLEX_WIDTHS.get(kind, ()):
        return f"{kind}{bits // 2}"
    # Masks and packed samples have 1 to 7 bits and are read as bytes.
    return "uint8" if kind == "uint" and bits < 8 else "other"


def nodata(directory: Directory) -> float | str | None:
    """The no-data value GDAL wrote."""
    try:
        return spelt(float(directory.text(GDAL_NODATA)))
    except ValueError:
        return None


def spelt(value: float) -> float | str:
    """A no-data value: `nan`, `inf` and `-inf` as STAC spells them."""
    if isnan(value):
        return "nan"
    if not isfinite(value):
        return "inf" if value > 0 else "-inf"
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def metadata(directory: Directory) -> list[tuple[dict[str, str], str]]:
    """GDAL's own metadata as (attributes, text); no XML parser, hence no entities to expand.

    GDAL escapes what people wrote twice.
    """
    text = directory.text(GDAL_METADATA)
    return [
        (dict(ATTRIBUTE.findall(attributes)), unescape(unescape(value)).strip())
        for attributes, value in METADATA_ITEM.findall(text)
    ]


def bands(directory: Directory, image: Raster) -> list[Band]:
    """The first MAX_BANDS bands with what GDAL's metadata says of each."""
    empty = nodata(directory)
    found = [
        Band(f"band_{number}", image.data_type, nodata=empty)
        for number in range(1, min(image.samples, MAX_BANDS) + 1)
    ]
    for band, attributes, value in _of_bands(metadata(directory), found):
        _describe(band, attributes, value)
    described = [band.description for band in found]
    if all(described) and len(set(described)) == len(described):
        for band in found:
            band.name = band.description
    return found


def _of_bands(
    items: list[tuple[dict[str, str], str]], found: list[Band]
) -> Iterator[tuple[Band, dict[str, str], str]]:
    for attributes, value in items:
        sample = attributes.get("sample", "")
        if sample.isdecimal() and len(sample) < 6 and int(sample) < len(found):
            yield found[int(sample)], attributes, value[:MAX_TEXT]


def _describe(band: Band, attributes: dict[str, str], value: str) -> None:
    role, name = attributes.get("role", ""), attributes.get("name", "")
    if role == "description":
        band.description = value
    elif role == "unittype":
        band.unit = value
    elif name in STATISTICS:
        try:
            number = float(value)
        except ValueError:
            return
        if isfinite(number):
            band.statistics[STATISTICS[name]] = number
