"""The pixels of one image, block by block: tiles or strips, unpacked (TIFF 6.0 §9, §13-15, §22)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.indexer.extractors.geotiff.layout import Image as Layer
from services.indexer.extractors.geotiff.raster import (
    BITS,
    COMPRESSION,
    STRIP_OFFSETS,
    TILE_OFFSETS,
)
from services.indexer.extractors.preview import NotShown

STRIP_COUNTS, PLANAR, PREDICTOR, TILE_COUNTS, JPEG_TABLES = 279, 284, 317, 325, 347
SEPARATE = 2
NONE, JPEG, DEFLATE, WEBP = 1, 7, (8, 32946), 50001
# What libtiff unpacks for us: LZW, PackBits, LZMA, Zstandard.
BY_LIBTIFF = frozenset({5, 32773, 34925, 50000})
AS_PICTURES = {JPEG: "JPEG", WEBP: "WEBP"}
DTYPES = {
    "uint8": "u1", "int8": "i1", "uint16": "u2", "int16": "i2", "uint32": "u4", "int32": "i4",
    "uint64": "u8", "int64": "i8", "float16": "f2", "float32": "f4", "float64": "f8",
}  # fmt: skip
HORIZONTAL, FLOATING = 2, 3
ORDERS: dict[str, Literal["<", ">"]] = {"<": "<", ">": ">"}
MAX_BYTES = 64_000_000
# Spans with less between them than is in them come in one piece.
SPREAD = 2

Values = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Block:
    """Where it is: its first row and column, the rows that it has, its plane, its bytes."""

    top: int
    left: int
    rows: int
    plane: int
    start: int
    length: int


def pixels(layer: Layer, bands: int) -> Values:
    """The first bands of an image as (height, width, bands). Raises NotShown, NeedBytes."""
    image, directory = layer.raster, layer.directory
    bits = directory.number(BITS, 1)
    if image.data_type not in DTYPES or bits < 8:
        raise NotShown(f"Pixels of the type {image.data_type} of {bits} bits are not drawn.")
    dtype = np.dtype(DTYPES[image.data_type])
    is_separate = directory.number(PLANAR, 1) == SEPARATE
    samples = 1 if is_separate else image.samples
    planes = bands if is_separate else 1
    a_pixel = samples * dtype.itemsize
    if image.width * image.height * a_pixel * planes > MAX_BYTES:
        raise NotShown("It has no overview that is small enough to unpack.")
    if not 0 < image.block[0] * image.block[1] * a_pixel <= MAX_BYTES:
        raise NotShown("Its blocks are of no size that can be unpacked.")
    whole = np.zeros((image.height, image.width, bands), dtype)
    blocks = list(_blocks(layer, planes))
    for block, data in zip(blocks, _read(layer, blocks), strict=True):
        if data:
            shape = (block.rows, image.block[0], samples)
            _put(whole, block, _unpacked(layer, data, shape, dtype), is_separate=is_separate)
    return whole


def _blocks(layer: Layer, planes: int) -> Iterator[Block]:
    image, directory = layer.raster, layer.directory
    wide, high = image.block
    starts = directory.numbers(TILE_OFFSETS if image.is_tiled else STRIP_OFFSETS)
    lengths = directory.numbers(TILE_COUNTS if image.is_tiled else STRIP_COUNTS)
    places = (
        (plane, top, left)
        for plane in range(planes)
        for top in range(0, image.height, high)
        for left in range(0, image.width, wide)
    )
    for (plane, top, left), start, length in zip(places, starts, lengths, strict=False):
        rows = high if image.is_tiled else min(high, image.height - top)
        yield Block(top, left, rows, plane, int(start), int(length))


def _read(layer: Layer, blocks: list[Block]) -> Iterator[bytes]:
    """The bytes of each block, in one piece where they lie together; none where it was left out."""
    file, stored = layer.directory.tiff.file, [one for one in blocks if one.length]
    first = min((one.start for one in stored), default=0)
    end = max((one.start + one.length for one in stored), default=0)
    if end - first <= SPREAD * sum(one.length for one in stored):
        whole = file.read(first, end - first)
        return (whole[one.start - first :][: one.length] if one.length else b"" for one in blocks)
    return (file.read(one.start, one.length) for one in blocks)


def _put(whole: Values, block: Block, part: Values, *, is_separate: bool) -> None:
    """What of the block lies inside of the image."""
    height, width, bands = whole.shape
    rows, columns = min(len(part), height - block.top), min(part.shape[1], width - block.left)
    inside = part[:rows, :columns]
    place = whole[block.top : block.top + rows, block.left : block.left + columns]
    if is_separate:
        place[:, :, block.plane] = inside[:, :, 0]
    else:
        place[:] = inside[:, :, :bands]


def _unpacked(
    layer: Layer, data: bytes, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Values:
    """The values of one block. Raises NotShown for what is packed in a way that is not known."""
    directory = layer.directory
    method = directory.number(COMPRESSION, 1)
    if method in AS_PICTURES:
        return _picture(directory.raw(JPEG_TABLES), data, AS_PICTURES[method])
    expected = int(np.prod(shape)) * dtype.itemsize
    raw = _raw(method, data, expected).ljust(expected, b"\0")[:expected]
    predictor, order = directory.number(PREDICTOR, 1), ORDERS[directory.tiff.order]
    if predictor == FLOATING:
        return _floats(raw, shape, dtype)
    values = np.frombuffer(raw, dtype.newbyteorder(order)).astype(dtype).reshape(shape)
    return _summed(values) if predictor == HORIZONTAL else values


def _summed(values: Values) -> Values:
    """Predictor 2: what is told is how the whole number is another than that to its left."""
    whole = values.view(f"u{values.dtype.itemsize}")
    return np.add.accumulate(whole, axis=1, dtype=whole.dtype).view(values.dtype)


def _raw(method: int, data: bytes, expected: int) -> bytes:
    """At most so many bytes come out, whatever goes in."""
    if method == NONE:
        return data
    if method in DEFLATE:
        return zlib.decompressobj().decompress(data, expected)
    if method in BY_LIBTIFF:
        with Image.open(BytesIO(_wrapped(method, data, expected)), formats=("TIFF",)) as image:
            return image.tobytes()
    raise NotShown("What its pixels are packed with is not unpacked here.")


def _wrapped(method: int, data: bytes, expected: int) -> bytes:
    """A TIFF of one line of so many bytes: so libtiff unpacks them, and does nothing more."""
    tags = ((256, expected), (257, 1), (258, 8), (259, method), (262, 1), (277, 1), (278, 1))
    where = ((273, 8 + 2 + 9 * 12 + 4), (279, len(data)))
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags + where)]
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4) + data


def _picture(tables: bytes, data: bytes, form: str) -> Values:
    """A block that is a picture of its own, of which the tables may stand elsewhere."""
    if form == "JPEG" and tables:
        data = tables[:-2] + data[2:]
    with Image.open(BytesIO(data), formats=(form,)) as image:
        if image.width * image.height > MAX_BYTES:
            raise NotShown("Its blocks are too large to unpack.")
        values = np.asarray(image)
    return values if values.ndim == 3 else values[:, :, None]


def _floats(raw: bytes, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Values:
    """Predictor 3 (Adobe): bytes by weight, the heaviest first, told by the one before."""
    rows, columns, samples = shape
    lines = np.frombuffer(raw, np.uint8).reshape(rows, -1, samples)
    told = np.add.accumulate(lines, axis=1, dtype=np.uint8).reshape(rows, dtype.itemsize, -1)
    heavy = np.ascontiguousarray(told.transpose(0, 2, 1)).view(dtype.newbyteorder(">"))
    return heavy.reshape(rows, columns, samples).astype(dtype)
