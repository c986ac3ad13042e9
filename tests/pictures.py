"""Pictures that people send as theirs, good ones and bad ones; and who goes by them."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

from shared.contracts.accounts import Account
from shared.contracts.base import now

PNG = b"\x89PNG\r\n\x1a\n"
SCRIPT = b"<script>alert(document.domain)</script>"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    + SCRIPT
    + b"</svg>"
)
TEAL, AMBER = (13, 116, 119), (255, 178, 36)

ADA = "01ADA"


def ada(version: int, avatar: str, **flags: bool) -> Account:
    """The account in this version."""
    return Account(
        account_uid=ADA,
        account_id="ada",
        kind="individual",
        name="Ada",
        avatar=avatar,
        created_at=now(),
        version=version,
        **flags,
    )


def picture(
    kind: str = "PNG",
    size: tuple[int, int] = (320, 200),
    mode: str = "RGB",
    alpha: int = 255,
    **saved: Any,
) -> bytes:
    """Its left half is teal, the right one amber."""
    drawn = Image.new("RGB", size, TEAL)
    drawn.paste(AMBER, (size[0] // 2, 0, *size))
    drawn = drawn.convert("L").convert("I").convert(mode) if mode == "I;16" else drawn.convert(mode)
    if alpha < 255:
        drawn.putalpha(alpha)
    written = BytesIO()
    drawn.save(written, kind, **saved)
    return written.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of some bytes that says it has so many pixels, and so it has."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    packed = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return PNG + b"".join(chunk(kind, data) for kind, data in chunks)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG (§5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def located(kind: str) -> bytes:
    """A picture that tells where and by whom it was taken, and has to be turned to the right."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    extra = {"comment": b"taken at home"} if kind == "JPEG" else {}
    return picture(kind, (200, 320), exif=exif, icc_profile=b"taken at home" * 9, **extra)


def opened(content: bytes) -> Image.Image:
    """A picture as a browser would have it."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Whether it is this colour but for what compressing costs."""
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 24 for one, other in zip(pixel, colour, strict=False))
