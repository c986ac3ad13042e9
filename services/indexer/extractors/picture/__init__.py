"""Pictures: PNG, JPEG, WebP and GIF, from their headers; where a camera was, from its EXIF.

Pillow reads headers alone to index: no pixel is unpacked, so that a bomb stays what it is.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any, BinaryIO, cast

from PIL import ExifTags, Image, WebPImagePlugin

from services.indexer.extractors import words
from services.indexer.extractors.earth import place_of_box
from services.indexer.extractors.facts import Band, Facts, Group, Malformed, Moment, Place
from services.indexer.extractors.moments import in_range, moment_of, span_in_words
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.sparse_file import SparseFile
from services.indexer.extractors.sparse_reader import SparseReader

# What is no image under such a name is what its content is: nobody relies on it being one.
SUFFIXES: frozenset[str] = frozenset()
LABEL = "an image"
KINDS = {
    "PNG": ("PNG image", "image/png"),
    "JPEG": ("JPEG image", "image/jpeg"),
    "MPO": ("JPEG image", "image/jpeg"),
    "WEBP": ("WebP image", "image/webp"),
    "GIF": ("GIF image", "image/gif"),
}
# A JPEG of several pictures comes out of Pillow's reader of JPEG as an MPO.
FORMATS = ("PNG", "JPEG", WebPImagePlugin.WebPImageFile.format, "GIF")
MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")
DATA_TYPES = {"1": "uint8", "I": "int32", "F": "float32", "I;16": "uint16", "I;16B": "uint16"}
EXIF_TIME = "%Y:%m:%d %H:%M:%S"
TIME_TAGS = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized)
SIGNS = {"S": -1.0, "W": -1.0, "N": 1.0, "E": 1.0}

# Only the size that a header states is read: a large one is no danger.
Image.MAX_IMAGE_PIXELS = None


def recognises(file: SparseFile) -> bool:
    """By its first bytes."""
    head = file.head(12)
    return head.startswith(MAGICS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def parse(file: SparseFile) -> Facts:
    """Size, colours; time and place of a photograph. Raises Malformed."""
    try:
        with Image.open(cast("BinaryIO", SparseReader(file)), formats=FORMATS) as image:
            return _facts(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise Malformed(f"It is not an image that can be read: {error}") from error


def preview(file: SparseFile) -> Preview:
    """It, made small. Raises NotShown, and whatever a decoder raises."""
    # numpy takes 30 MB, which most workers never need.
    from services.indexer.extractors.picture.small import small  # noqa: PLC0415

    return Preview([small(file, FORMATS)])


def _facts(image: Image.Image) -> Facts:
    name, media_type = KINDS[str(image.format)]
    exif = _exif(image)
    place, moment = _place(exif.get_ifd(ExifTags.IFD.GPSInfo)), _moment(exif)
    facts = Facts(
        format=name,
        media_type=media_type,
        summary=f"{name}, {words.shape(*image.size)}",
        place=place,
        moment=moment,
        bands=[Band(band, DATA_TYPES.get(image.mode, "uint8")) for band in image.getbands()],
    )
    group = Group("Image")
    group.add("Size", f"{words.shape(*image.size)} pixels")
    group.add("Colours", ", ".join(image.getbands()))
    group.add("Frames", _frames(image))
    group.add("Camera", " ".join(_said(exif, ExifTags.Base.Make, ExifTags.Base.Model)))
    group.add("Written by", " ".join(_said(exif, ExifTags.Base.Software)))
    group.add("Taken at", words.box(place.bbox[:2]) if place else "")
    group.add("Time", span_in_words(moment) if moment else "")
    facts.groups = [group]
    return facts


def _exif(image: Image.Image) -> Image.Exif:
    """As far as it stands before the pixels: Pillow would read all of a PNG to look behind them."""
    exif = Image.Exif()
    exif.load(image.info.get("exif") or b"")
    return exif


def _frames(image: Image.Image) -> str:
    """Of an animation; counting those of a GIF would read all of it."""
    many = getattr(image, "n_frames", 1) if image.format == "WEBP" else 1
    return f"{many:,}" if many > 1 else ""


def _said(exif: Image.Exif, *tags: int) -> list[str]:
    return [str(exif[tag]).strip("\0 ") for tag in tags if exif.get(tag)]


def _place(gps: dict[int, Any]) -> Place | None:
    """The position of the camera (EXIF 2.32 §4.6.6); None without one, or for nonsense."""
    latitude = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef)
    longitude = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef)
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    # What a camera without a fix writes.
    if latitude == longitude == 0:
        return None
    return place_of_box(longitude, latitude, longitude, latitude)


def _degrees(gps: dict[int, Any], tag: int, side: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in gps[tag])
        found = SIGNS[str(gps[side]).strip("\0 ")] * (degrees + minutes / 60 + seconds / 3600)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return found if isfinite(found) else None


def _moment(exif: Image.Exif) -> Moment | None:
    """When it was taken; without a zone of its own it is taken as UTC."""
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    for tag in TIME_TAGS:
        try:
            said = str(inner.get(tag)).strip("\0 ")
            known = in_range(datetime.strptime(said, EXIF_TIME).replace(tzinfo=UTC))
        except ValueError:
            continue
        if known:
            return moment_of([known], "when it was taken, from its EXIF")
    return None
