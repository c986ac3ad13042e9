"""Pictures and rasters made small, against what GDAL and Pillow make of the same bytes."""

from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rasterio.io import MemoryFile

from services.indexer.extractors.picture.drawing import SIDE
from services.indexer.extractors.preview import NotShown
from tests.extraction import previewed
from tests.pictures import bomb, picture
from tests.rasters import quiet

Array = np.ndarray[Any, Any]
# What a lossy picture changes of a smooth one, in steps of 255.
NEAR = 6


def small(name: str, data: bytes, *, requests: int = 100) -> Array:
    """The only part, as (height, width, 3 or 4)."""
    found = previewed(name, data)
    assert found.requests <= requests
    (part,) = found.facts.parts
    with Image.open(BytesIO(b64decode(part.data)), formats=["WEBP"]) as image:
        assert image.size == (part.width, part.height)
        assert image.getexif() == {}
        return np.asarray(image).astype(int)


def ramp(dtype: str = "uint8", *, bands: int = 1, size: tuple[int, int] = (300, 200)) -> Array:
    """Smooth across, each band darker than the one before."""
    width, height = size
    line = np.linspace(0, 250, width)
    return np.stack([np.tile(line / (band + 1), (height, 1)) for band in range(bands)]).astype(
        dtype
    )


def raster(pixels: Array, **options: Any) -> bytes:
    """As GDAL writes it."""
    bands, height, width = pixels.shape
    profile = {"driver": "GTiff", "count": bands, "height": height, "width": width, **options}
    colormap = profile.pop("colormap", None)
    with quiet(), MemoryFile() as memory:
        with memory.open(dtype=pixels.dtype, **profile) as dataset:
            if colormap:
                # Once there are pixels it would go into a file beside it.
                dataset.write_colormap(1, colormap)
            dataset.write(pixels)
        return bytes(memory.read())


PACKED = [
    *({"compress": one} for one in ("none", "deflate", "lzw", "packbits", "zstd", "lzma")),
    {"compress": "lzw", "predictor": 2},
    {"compress": "deflate", "predictor": 2, "tiled": True, "blockxsize": 64, "blockysize": 64},
    {"interleave": "band", "compress": "zstd", "predictor": 2},
    {"ENDIANNESS": "BIG", "BIGTIFF": "YES", "blockysize": 7},
]


@pytest.mark.parametrize("options", PACKED)
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32"])
def test_a_ramp_is_a_ramp_however_it_is_packed(options: dict[str, Any], dtype: str) -> None:
    pixels = ramp(dtype, bands=2)
    made = small("a.tif", raster(pixels, **options))
    line = ramp()[0, 0].astype(float)
    low, high = np.percentile(line, (2, 98))
    expected = ((line - low) / (high - low)).clip(0, 1) * 255
    assert made.shape == (200, 300, 3)
    assert np.abs(made - expected[None, :, None]).mean() < NEAR


def test_floats_told_by_the_one_before() -> None:
    options = {"compress": "deflate", "predictor": 3, "tiled": True, "blockxsize": 64}
    plain, told = raster(ramp("float32")), raster(ramp("float32"), **options, blockysize=64)
    assert np.array_equal(small("a.tif", plain), small("a.tif", told))


@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_colours_are_as_they_are(interleave: str) -> None:
    pixels = ramp(bands=3)
    made = small("a.tif", raster(pixels, photometric="RGB", interleave=interleave))
    assert np.abs(made - pixels.transpose(1, 2, 0)).mean() < NEAR


@pytest.mark.parametrize(
    "packed", [{"photometric": "YCBCR", "compress": "jpeg"}, {"compress": "webp"}]
)
def test_blocks_that_are_pictures(packed: dict[str, Any]) -> None:
    pixels = ramp(bands=3)
    options = {"tiled": True, "blockxsize": 64, "blockysize": 64, "photometric": "RGB"}
    made = small("a.tif", raster(pixels, **{**options, **packed}))
    assert np.abs(made - pixels.transpose(1, 2, 0)).mean() < NEAR


def test_deep_colours_keep_their_balance() -> None:
    pixels = ramp("uint16", bands=3) * 40
    made = small("a.tif", raster(pixels, photometric="RGB"))
    ratios = made[:, 150].mean(0) / made[:, 150].mean(0)[0]
    assert ratios == pytest.approx([1, 1 / 2, 1 / 3], abs=0.05)


def test_a_palette_is_followed() -> None:
    pixels = np.zeros((1, 100, 100), "uint8")
    pixels[:, :, 50:] = 7
    made = small("a.tif", raster(pixels, colormap={0: (200, 10, 10), 7: (10, 10, 200)}))
    assert np.abs(made[50, 20] - [200, 10, 10]).max() < NEAR
    assert np.abs(made[50, 80] - [10, 10, 200]).max() < NEAR


@pytest.mark.parametrize(
    ("dtype", "empty"), [("uint8", 255), ("float32", float("nan")), ("int16", -9999)]
)
def test_what_has_no_value_is_transparent(dtype: str, empty: float) -> None:
    pixels = ramp(dtype)
    pixels[:, :100] = empty
    made = small("a.tif", raster(pixels, nodata=empty))
    assert made[:90, :, 3].max() == 0
    assert made[110:, :, 3].min() == 255


def test_two_values_are_told_apart_and_one_is_no_fault() -> None:
    mask = np.zeros((1, 100, 100), "uint8")
    assert small("a.tif", raster(mask)).max() == 0
    mask[:, 50:] = 1
    made = small("a.tif", raster(mask))
    assert (made[10].max(), made[90].min()) == (0, 255)


def test_of_a_large_raster_its_overview_is_read() -> None:
    pixels = np.tile(ramp("uint16", size=(1, 4096)), (1, 1, 4096))
    pixels[:] = np.arange(4096)[None, None, :]
    data = raster(pixels, driver="COG", blocksize=256, compress="none")
    found = previewed("a.tif", data)
    assert (found.facts.parts[0].width, found.facts.parts[0].height) == (SIDE, SIDE)
    assert found.bytes_read < 1_000_000 < len(data)


def test_a_large_raster_without_overviews_says_so() -> None:
    pixels = np.zeros((1, 9000, 9000), "uint8")
    with pytest.raises(NotShown, match="no overview that is small enough"):
        previewed("a.tif", raster(pixels, compress="deflate"))


@pytest.mark.parametrize("options", [{"dtype": "complex64"}, {"nbits": 4}])
def test_pixels_that_are_no_numbers_of_bytes(options: dict[str, Any]) -> None:
    with pytest.raises(NotShown, match="bits are not drawn"):
        previewed("a.tif", raster(ramp().astype(options.pop("dtype", "uint8")), **options))


def test_a_block_that_was_left_out_is_empty() -> None:
    pixels = ramp()
    pixels[:, :100] = 0
    data = raster(pixels, SPARSE_OK=True, tiled=True, blockxsize=64, blockysize=64)
    assert small("a.tif", data)[:60].max() < NEAR


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "P"),
        ("PNG", "LA"),
        ("PNG", "I;16"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("WEBP", "RGBA"),
        ("GIF", "P"),
    ],
)
def test_pictures_of_all_kinds(form: str, mode: str) -> None:
    buffer = BytesIO()
    Image.new("L", (1000, 500), 128).convert(mode).save(buffer, form)
    made = small(f"a.{form.lower()}", buffer.getvalue(), requests=2)
    assert made.shape[:2] == (240, 480)


def test_a_photograph_is_held_as_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = 6, {2: (1.0, 2.0, 3.0)}
    buffer = BytesIO()
    Image.new("RGB", (400, 200)).save(buffer, "JPEG", exif=exif)
    assert small("a.jpg", buffer.getvalue()).shape == (400, 200, 3)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(NotShown, match="too many to unpack"):
        previewed("a.png", bomb())


def test_a_jpeg_that_says_it_is_huge_is_not_unpacked() -> None:
    data = picture("JPEG", progressive=True)
    place = data.index(b"\xff\xc2") + 5
    with pytest.raises(NotShown, match="too many to unpack"):
        previewed("a.jpg", data[:place] + b"\x9c\x40\x9c\x40" + data[place + 4 :])


def test_a_large_picture_is_not_read() -> None:
    with pytest.raises(NotShown, match="larger than 16 MB"):
        previewed("a.png", b"\x89PNG\r\n\x1a\n" + bytes(17_000_000))
