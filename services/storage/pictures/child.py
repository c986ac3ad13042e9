"""The confined side: `python -m services.storage.pictures.child <limits> <pixels> <parent>`.

The picture comes on stdin and goes, redrawn, to stdout; with the status REFUSED it is the reason.
"""

import os
import signal
import sys
from io import BytesIO

import orjson
from PIL import (
    GifImagePlugin,
    Image,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from services.storage.pictures.wire import REFUSED
from shared.confinement.landlock import hide_files, readable_places
from shared.confinement.limits import Limits, confine, cut_network, renounce
from shared.lifeline import die_with_parent

SIDE = 256
QUALITY = 85
# Loaded before the files are hidden, and no others ever are.
FORMATS = tuple(
    plugin.format
    for plugin in (
        PngImagePlugin.PngImageFile,
        JpegImagePlugin.JpegImageFile,
        WebPImagePlugin.WebPImageFile,
        GifImagePlugin.GifImageFile,
    )
)


class RefusedPicture(Exception):
    """It is not redrawn; the text says why, as a predicate."""


def main(arguments: list[str]) -> int:
    """Redraw one picture; the exit status."""
    limits, pixels = Limits(**orjson.loads(arguments[0])), int(arguments[1])
    die_with_parent(int(arguments[2]))
    renounce()
    cut_network()
    hide_files(readable_places())
    confine(limits)
    # The default action of SIGALRM ends the process, also inside a decoder's loop.
    signal.setitimer(signal.ITIMER_REAL, limits.parse_seconds)
    with os.fdopen(0, "rb") as sent, os.fdopen(1, "wb") as answered:
        try:
            said, status = redrawn(sent.read(), pixels), 0
        except RefusedPicture as refusal:
            said, status = str(refusal).encode(), REFUSED
        answered.write(said)
    return status


def redrawn(content: bytes, pixels: int) -> bytes:
    """The middle of a picture as a square WebP with nothing beside it. Raises RefusedPicture."""
    # Pillow's own limit warns only; ours is held before anything is decoded.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            _check_size(picture, pixels)
            square = _square(picture)
    except UnidentifiedImageError:
        raise RefusedPicture("is no picture that is read here: PNG, JPEG, WebP or GIF") from None
    except MemoryError:
        raise RefusedPicture("takes more memory to read than a picture may") from None
    except RefusedPicture:
        raise
    except Exception:  # noqa: BLE001 - decoders say in many ways that bytes make no sense
        raise RefusedPicture("is damaged, or ends too early") from None
    # Colour profile, EXIF and comments would be written again from here.
    square.info.clear()
    written = BytesIO()
    square.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()


def _check_size(picture: Image.Image, pixels: int) -> None:
    width, height = picture.size
    if width * height > pixels:
        raise RefusedPicture(
            f"has {width:,} × {height:,} pixels; at most {pixels:,} in all are read"
        )


def _square(picture: Image.Image) -> Image.Image:
    """Its middle, scaled, and held as it is meant to be."""
    # A JPEG is decoded no larger than is needed; of others nothing is so saved.
    picture.draft("RGB", (2 * SIDE, 2 * SIDE))
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return ImageOps.exif_transpose(ImageOps.fit(picture.convert(mode), (SIDE, SIDE)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
