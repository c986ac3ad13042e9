"""Pictures as Pillow writes them, and those that nobody should unpack."""

import io
import struct
import zlib
from fractions import Fraction
from typing import Any

import pytest
from PIL import ExifTags, Image

from services.indexer.extractors.facts import Malformed
from tests.extraction import extracted, facts_of, line
from tests.formats import exif, picture


@pytest.mark.parametrize(
    ("form", "mode", "name", "media_type"),
    [
        ("PNG", "RGBA", "PNG image", "image/png"),
        ("PNG", "I;16", "PNG image", "image/png"),
        ("JPEG", "L", "JPEG image", "image/jpeg"),
        ("WEBP", "RGB", "WebP image", "image/webp"),
        ("GIF", "P", "GIF image", "image/gif"),
    ],
)
def test_what_it_says(form: str, mode: str, name: str, media_type: str) -> None:
    facts = facts_of("a", picture(form, mode))
    assert (facts.format, facts.media_type) == (name, media_type)
    assert facts.summary == f"{name}, 40 × 30"
    assert facts.bands[0].data_type == ("uint16" if mode == "I;16" else "uint8")
    assert facts.place is None


def test_where_and_when_a_photograph_was_taken() -> None:
    data = picture("JPEG", exif=exif(DateTimeOriginal="2021:06:30 12:30:05"))
    facts = facts_of("a.jpg", data)
    assert facts.place is not None
    assert facts.moment is not None
    assert facts.place.bbox == pytest.approx((-7.5793, 47.5583, -7.5793, 47.5583), abs=1e-4)
    assert facts.place.footprint["type"] == "Point"
    assert facts.moment.start == "2021-06-30T12:30:05Z"
    assert line(facts, "Camera") == "Station Eye 2"


@pytest.mark.parametrize(
    ("latitude", "side"),
    [
        ((47, 33, 30), "X"),
        ((147, 33, 30), "N"),
        ((47, 33), "N"),
        ((47, 33, Fraction(0)), ""),
    ],
)
def test_nonsense_is_no_place(latitude: tuple[Any, ...], side: str) -> None:
    assert facts_of("a.jpg", picture("JPEG", exif=exif(latitude, side))).place is None


def test_a_camera_without_a_fix_has_no_place() -> None:
    written = exif()
    written[ExifTags.IFD.GPSInfo] = {
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (0, 0, 0),
        ExifTags.GPS.GPSLongitudeRef: "E",
        ExifTags.GPS.GPSLongitude: (0, 0, 0),
    }
    assert facts_of("a.jpg", picture("JPEG", exif=written)).place is None


def test_a_time_of_zeros_is_no_time() -> None:
    data = picture("JPEG", exif=exif(DateTimeOriginal="0000:00:00 00:00:00"))
    assert facts_of("a.jpg", data).moment is None


def test_frames_of_an_animation() -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    assert line(facts_of("a.webp", buffer.getvalue()), "Frames") == "2"


def test_the_head_is_enough() -> None:
    big = Image.effect_noise((1500, 1500), 90)
    buffer = io.BytesIO()
    big.save(buffer, "PNG")
    found = extracted("a.png", buffer.getvalue())
    assert (found.requests, found.bytes_read) == (1, 64 * 1024)


def test_a_bomb_is_only_measured() -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        packed = name + data
        return struct.pack(">I", len(data)) + packed + struct.pack(">I", zlib.crc32(packed))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000)))
    assert facts_of("a.png", data).summary == "PNG image, 100,000 × 100,000"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_broken(form: str) -> None:
    data = picture(form)
    with pytest.raises(Malformed, match=r"not an image that can be read|not as an image should"):
        facts_of("a", data[:13])
