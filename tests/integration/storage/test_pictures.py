"""Pictures redrawn in real processes, and pictures that do their worst."""

import asyncio
import time

import pytest

from services.storage.pictures import redrawing
from services.storage.pictures.redrawing import Redrawing, is_webp
from services.storage.settings import StorageSettings
from shared.confinement.limits import Limits
from shared.errors import Invalid, Unavailable
from tests.pictures import SVG, bomb, opened, picture

HOSTILE = "tests.integration.storage.hostile_picture"
SETTINGS = StorageSettings()
MEMORY = SETTINGS.avatar_memory_bytes


@pytest.fixture
def usual() -> Redrawing:
    return Redrawing(Limits(MEMORY, SETTINGS.avatar_seconds), SETTINGS.avatar_pixels)


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Redrawing:
    monkeypatch.setattr(redrawing, "GRACE_SECONDS", 3.0)
    return Redrawing(Limits(MEMORY, 1.0), SETTINGS.avatar_pixels, child=HOSTILE)


async def test_a_picture_comes_back_as_a_square(usual: Redrawing) -> None:
    made = await usual.redraw(picture("JPEG", (1200, 900)))
    assert is_webp(made)
    assert opened(made).size == (256, 256)


async def test_the_largest_that_may_be_sent_is_read_within_the_limits(usual: Redrawing) -> None:
    """All pixels at once, each with its own place in memory."""
    sent = picture("PNG", (6320, 6320), mode="RGBA", alpha=254)
    assert is_webp(await usual.redraw(sent))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SVG, "is no picture that is read here"),
        (bomb(), "30,000 × 30,000 pixels; at most 40,000,000 in all are read"),
        (picture()[:-100], "is damaged, or ends too early"),
        (b"", "is no picture that is read here"),
    ],
    ids=["svg", "bomb", "truncated", "nothing"],
)
async def test_what_is_refused_is_told_at_its_field(
    usual: Redrawing, content: bytes, said: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await usual.redraw(content)
    (error,) = refusal.value.errors
    assert error["field"] == "avatar"
    assert said in error["message"]


@pytest.mark.parametrize("act", ["segfault", "hang", "hang_on", "eat", "flood", "disguise"])
async def test_what_a_hostile_picture_does_ends_there(hostile: Redrawing, act: str) -> None:
    began = time.monotonic()
    with pytest.raises(Invalid, match="takes more time or memory"):
        await hostile.redraw(act.encode())
    assert time.monotonic() - began < 10


async def test_nothing_is_within_its_reach(
    hostile: Redrawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOP_SECRET", "x")
    with pytest.raises(Invalid) as refusal:
        await hostile.redraw(b"outside")
    # A kernel without Landlock lets it read what our own user may.
    assert refusal.value.errors[0]["message"] in {"nothing", "reading"}


async def test_one_is_read_at_a_time(usual: Redrawing) -> None:
    """Many cost no more memory than one."""
    most, at_work = 0, 0
    run = usual._run

    async def counted(content: bytes) -> tuple[int | None, bytes]:
        nonlocal most, at_work
        at_work += 1
        most = max(most, at_work)
        try:
            return await run(content)
        finally:
            at_work -= 1

    usual._run = counted  # type: ignore[method-assign]
    made = await asyncio.gather(*(usual.redraw(picture()) for _ in range(3)))
    assert all(map(is_webp, made))
    assert most == 1


async def test_those_who_come_when_many_wait_are_asked_to_come_again(usual: Redrawing) -> None:
    at_once = (usual.redraw(b"") for _ in range(redrawing.MOST_AT_ONCE + 2))
    outcomes = await asyncio.gather(*at_once, return_exceptions=True)
    kinds = [type(one) for one in outcomes]
    assert (kinds.count(Invalid), kinds.count(Unavailable)) == (redrawing.MOST_AT_ONCE, 2)
    assert is_webp(await usual.redraw(picture()))


async def test_who_goes_away_leaves_no_process(hostile: Redrawing) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await hostile.redraw(b"hang_on")
    with pytest.raises(Invalid):
        await hostile.redraw(b"disguise")
