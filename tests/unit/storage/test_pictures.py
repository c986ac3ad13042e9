"""Pictures of strangers, redrawn: what is kept of them, and what is refused in which words."""

import random

import pytest

from services.storage.pictures.child import RefusedPicture, redrawn
from services.storage.pictures.redrawing import MAX_BYTES, is_webp
from tests.mutations import mutated
from tests.pictures import (
    AMBER,
    PNG,
    SCRIPT,
    SVG,
    TEAL,
    bomb,
    chunk,
    located,
    near,
    opened,
    picture,
)

PIXELS = 40_000_000


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("PNG", mode) for mode in ("1", "L", "LA", "P", "I;16", "RGB", "RGBA")),
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
        *(("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P")),
    ],
)
def test_every_kind_becomes_a_small_square(kind: str, mode: str) -> None:
    made = redrawn(picture(kind, mode=mode), PIXELS)
    assert is_webp(made)
    assert len(made) < MAX_BYTES
    assert (opened(made).format, opened(made).size) == ("WEBP", (256, 256))


def test_its_middle_is_kept_and_its_halves_are_where_they_were() -> None:
    made = opened(redrawn(picture(size=(900, 300)), PIXELS)).convert("RGB")
    assert near(made.getpixel((20, 128)), TEAL)
    assert near(made.getpixel((235, 128)), AMBER)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_turned_as_it_was_held_and_tells_nothing_beside(kind: str) -> None:
    sent = located(kind)
    assert b"taken at home" in sent
    made = redrawn(sent, PIXELS)
    assert not any(name in made for name in (b"EXIF", b"ICCP", b"XMP ", b"taken"))
    upright = opened(made).convert("RGB")
    assert near(upright.getpixel((128, 20)), TEAL)
    assert near(upright.getpixel((128, 235)), AMBER)


def test_what_shines_through_goes_on_to() -> None:
    made = opened(redrawn(picture(mode="RGBA", alpha=0), PIXELS))
    assert made.mode == "RGBA"
    assert made.getextrema()[3] == (0, 0)


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"GIF89a" + SCRIPT,
        b"",
        b"<html>" + SCRIPT,
        b"%PDF-1.7",
        picture("BMP"),
        picture("TIFF"),
        picture("ICO", (64, 64)),
    ],
    ids=["svg", "script", "nothing", "html", "pdf", "bmp", "tiff", "ico"],
)
def test_what_is_none_of_them_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedPicture, match=r"no picture that is read here|is damaged"):
        redrawn(content, PIXELS)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    sent = bomb()
    assert len(sent) < 150_000
    with pytest.raises(RefusedPicture, match="has 30,000 × 30,000 pixels"):
        redrawn(sent, PIXELS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_one_that_ends_too_early_is_refused(kind: str) -> None:
    sent = picture(kind, (1200, 900))
    with pytest.raises(RefusedPicture, match="is damaged, or ends too early"):
        redrawn(sent[: len(sent) // 2], PIXELS)


def test_nothing_of_another_file_behind_or_inside_it_comes_through() -> None:
    sent = picture()
    noted = chunk(b"tEXt", b"Comment\0" + SCRIPT)
    inside = sent[: len(PNG) + 25] + noted + sent[len(PNG) + 25 :]
    for polyglot in (inside, sent + SCRIPT, sent + b"PK\x03\x04" + SCRIPT):
        assert SCRIPT in polyglot
        assert b"script" not in redrawn(polyglot, PIXELS)


def test_what_is_broken_anywhere_is_redrawn_or_refused() -> None:
    chance = random.Random(7)
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        sent = picture(kind)
        for _ in range(40):
            try:
                made = redrawn(mutated(sent, chance), 1_000_000)
            except RefusedPicture:
                continue
            assert opened(made).size == (256, 256)
