"""Small pictures of ours, made of strangers' pixels: nothing else of theirs is in them."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from services.indexer.extractors.preview import Part

# The longer side, in pixels; noise of this size is 200 KB.
SIDE = 480
QUALITY = 80
# Of all values, so many percent lie outside of what is told apart at either end.
OUTSIDE = 2
Pixels = NDArray[np.uint8]


def drawn(image: Image.Image) -> Part:
    """A picture no larger than SIDE either way, as WebP."""
    small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((SIDE, SIDE))
    # Colour profile, EXIF and comments would be written again from here.
    small.info.clear()
    written = BytesIO()
    small.save(written, "WEBP", quality=QUALITY)
    width, height = small.size
    data = b64encode(written.getvalue()).decode()
    return Part("picture", data=data, width=width, height=height)


def stretched(values: NDArray[np.generic], known: NDArray[np.bool_]) -> Pixels:
    """From black to white, without the few darkest and lightest of those that are known."""
    numbers = values.astype(np.float32)
    seen = numbers[known & np.isfinite(numbers)]
    if not seen.size:
        return np.zeros(values.shape, np.uint8)
    low, high = np.percentile(seen, (OUTSIDE, 100 - OUTSIDE))
    if low >= high:
        low, high = seen.min(), seen.max()
    with np.errstate(all="ignore"):
        shares = (numbers - low) / (high - low if high > low else 1.0)
        return np.asarray(np.nan_to_num(shares.clip(0, 1) * 255), np.uint8)


def shown(pixels: Pixels, known: NDArray[np.bool_]) -> Part:
    """Of grey (height, width) or colours (height, width, 3); what is not known is transparent."""
    colours = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
    if known.all():
        return drawn(Image.fromarray(colours))
    alpha = known.astype(np.uint8)[:, :, None] * 255
    return drawn(Image.fromarray(np.concatenate([colours, alpha], axis=2)))
