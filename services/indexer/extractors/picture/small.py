"""A picture made small: the one place where a stranger's is unpacked."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from services.indexer.extractors import words
from services.indexer.extractors.picture.drawing import SIDE, drawn, shown, stretched
from services.indexer.extractors.preview import NotShown, Part
from services.indexer.extractors.sparse_file import SparseFile

LARGEST_BYTES = 16_000_000
MAX_PIXELS = 40_000_000
# A JPEG of several passes is held whole, in six bytes a pixel, however small it is made.
MAX_PASSES_PIXELS = 100_000_000
JPEGS = frozenset({"JPEG", "MPO"})
# Of more than eight bits, or of numbers that are no colours.
DEEP = ("I", "I;16", "I;16B", "I;16L", "F")


def small(file: SparseFile, formats: tuple[str, ...]) -> Part:
    """Raises NotShown, NeedBytes, and whatever a decoder raises."""
    if file.size > LARGEST_BYTES:
        raise NotShown(f"It is larger than {words.size(LARGEST_BYTES)}.")
    # All at once: Pillow asks for little at a time, and would begin anew each time.
    with Image.open(BytesIO(file.read(0, file.size)), formats=formats) as image:
        _check(image, MAX_PASSES_PIXELS if image.format in JPEGS else MAX_PIXELS)
        # A JPEG is unpacked no larger than is needed, others whole.
        image.draft("RGB", (SIDE, SIDE))
        _check(image, MAX_PIXELS)
        if image.mode in DEEP:
            values = np.asarray(image)
            known = np.ones(values.shape, bool)
            return shown(stretched(values, known), known)
        return drawn(ImageOps.exif_transpose(image))


def _check(image: Image.Image, most: int) -> None:
    if image.width * image.height > most:
        raise NotShown(f"It has {words.shape(*image.size)} pixels, too many to unpack.")
